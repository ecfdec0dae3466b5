import { hash } from 'node:crypto'
import { canonicalJson } from '@mcp-sentinel/events'
import { isObject } from './message.ts'

/** Port: what the server announces of its tools now. Undefined where that is not known. */
export interface Definitions {
  readonly digestOf: (tool: string) => string | undefined
}

/**
 * What a policy pins of a tool: all that tells a model or a person what it does. Icons and `_meta` do not.
 * A definition that cannot be written canonically has none.
 */
export const definitionDigest = (tool: unknown): string | undefined => {
  if (!isObject(tool)) return undefined
  const { name, title, description, inputSchema, outputSchema, annotations } = tool
  try {
    const told = canonicalJson({ name, title, description, inputSchema, outputSchema, annotations })
    return `sha256:${hash('sha256', told, 'hex')}`
  } catch {
    return undefined
  }
}

/** Tools by their names. One that is announced twice is announced as nothing. */
export const definitionsOf = (tools: readonly unknown[]): Definitions => {
  const digests = new Map<string, string | undefined>()
  for (const tool of tools) {
    const { name } = isObject(tool) ? tool : {}
    if (typeof name !== 'string') continue
    digests.set(name, digests.has(name) ? undefined : definitionDigest(tool))
  }
  return { digestOf: (tool) => digests.get(tool) }
}
