import type { ApiCode } from '@mcp-sentinel/contract'
import { ResourceError, type ResourceErrorCode } from '@mcp-sentinel/resources'
import type { ProblemError } from '@mcp-sentinel/service'
import { faulty, problem } from './problems.ts'

const codes = {
  conflict: 'conflict',
  not_found: 'not_found',
  invalid: 'invalid_request_body',
  unreadable: 'unreadable',
  storage: 'resources_unavailable',
  locked: 'resources_unavailable',
} as const satisfies Readonly<Record<ResourceErrorCode, ApiCode>>

/** What the client is told of a refusal of the store; undefined for an error of another kind. */
export const resourceProblemOf = (error: unknown): ProblemError | undefined => {
  if (!(error instanceof ResourceError)) return undefined
  const { code, message } = error
  if (code === 'invalid') return faulty('invalid_request_body', message.split('\n').map(issueIn))
  // Paths and the like are for the log.
  if (code === 'storage' || code === 'locked')
    return problem(codes.storage, 'servers, grants and sessions cannot be read or written now', {
      cause: error,
    })
  return problem(codes[code], message, { cause: error })
}

/** `/spec/subject: speaks of nobody` */
const issueIn = (line: string) => {
  const [, pointer = '', message = line] = /^(\/\S*): (.*)$/s.exec(line) ?? []
  return { pointer: bodyPointerOf(pointer), message }
}

/** Where in a body stands what becomes this place of a resource. */
export const bodyPointerOf = (pointer: string): string => pointer.replace(/^\/(spec|metadata)(?=\/|$)/, '')
