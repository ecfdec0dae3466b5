import {
  type ApiCode,
  apiCodes,
  type Endpoint,
  endpoints,
  type Groups,
  problem,
} from '@mcp-sentinel/contract'
import { codesOf } from '@mcp-sentinel/contract/openapi'

export interface Answered {
  readonly status: number
  readonly body: string
}

/** What an answer has that the contract does not promise; undefined when all is as promised. */
export const outsideContract = (endpoint: Endpoint, { status, body }: Answered): string | undefined => {
  if (status === (endpoint.status ?? 200)) return unlike(endpoint, body)
  const parsed = problem.safeParse(jsonOf(body))
  if (!parsed.success) return `${status} without a problem: ${body.slice(0, 200)}`
  const code = parsed.data.error as ApiCode
  if (!codesOf(endpoint).includes(code)) return `the code ${code} is not promised`
  return apiCodes[code] === status ? undefined : `${code} with status ${status}`
}

const unlike = ({ response }: Endpoint, body: string): string | undefined => {
  if (response === undefined) return body === '' ? undefined : 'a body where none is promised'
  const json = jsonOf(body)
  const parsed = response.safeParse(json)
  if (!parsed.success) return parsed.error.message
  const extra =
    JSON.stringify(json) === JSON.stringify(sorted(parsed.data, json))
      ? undefined
      : 'members that are not promised'
  return extra && `${extra}: ${body.slice(0, 500)}`
}

/** The members in the order of the other, so that only what is missing makes a difference. */
const sorted = (value: unknown, like: unknown): unknown => {
  if (Array.isArray(value)) return value.map((one, at) => sorted(one, (like as unknown[])[at]))
  if (typeof value !== 'object' || value === null) return value
  const names = Object.keys(like as object).filter((name) => name in value)
  return Object.fromEntries(names.map((name) => [name, sorted(value[name as never], (like as never)[name])]))
}

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

const groups: Groups = endpoints
const all = Object.entries(groups).flatMap(([group, members]) =>
  Object.entries(members).map(([name, endpoint]) => ({
    id: `${group}.${name}`,
    endpoint,
    pattern: new RegExp(`^/api(?:/v1)?${endpoint.path.replace(/\{\w+\}/g, '[^/]+')}$`),
  })),
)

/** The endpoint that a request is for; one whose path has fewer parameters comes first. */
export const endpointAt = (method: string, path: string) =>
  all
    .filter(({ endpoint, pattern }) => endpoint.method === method && pattern.test(path))
    .sort((a, b) => a.endpoint.path.split('{').length - b.endpoint.path.split('{').length)[0]
