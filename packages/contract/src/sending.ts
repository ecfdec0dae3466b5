import { ApiError } from './api-error.ts'
import { type Endpoint, paramNamesOf } from './endpoint.ts'
import { problem } from './problem.ts'

export interface ClientOptions {
  /** Where the API is, with `/api`. */
  readonly baseUrl: string
  /** Asked before each request, for what changes. */
  readonly headers?: (() => Readonly<Record<string, string>>) | undefined
  readonly fetch?: typeof fetch | undefined
  /** Whether a browser sends its cookies along. */
  readonly credentials?: 'omit' | 'same-origin' | 'include' | undefined
  readonly timeoutMs?: number | undefined
}

export interface CallOptions {
  readonly signal?: AbortSignal | undefined
}

type Scalar = string | number | boolean | undefined

export interface Parts {
  readonly params?: Readonly<Record<string, Scalar>>
  readonly query?: Readonly<Record<string, Scalar>>
  readonly body?: unknown
}

export type Send = (
  endpoint: Endpoint,
  parts?: Parts,
  options?: CallOptions,
  headers?: Readonly<Record<string, string>>,
) => Promise<Response>

/** Resolves to an answer that is a success; all else is an `ApiError`. */
export const createSend = (options: ClientOptions): Send => {
  const { baseUrl, headers: headersNow, timeoutMs = 30_000 } = options
  const { fetch: fetchIt = fetch, credentials = 'same-origin' } = options

  return async (endpoint, parts = {}, { signal } = {}, headers = {}) => {
    const signals = [
      ...(signal === undefined ? [] : [signal]),
      ...(endpoint.events === undefined ? [AbortSignal.timeout(timeoutMs)] : []),
    ]
    const response = await fetchIt(urlOf(baseUrl, endpoint, parts), {
      method: endpoint.method,
      credentials,
      redirect: 'error',
      ...(signals.length === 0 ? {} : { signal: AbortSignal.any(signals) }),
      headers: {
        accept: 'application/json',
        ...(parts.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headersNow?.(),
        ...headers,
      },
      ...(parts.body === undefined ? {} : { body: JSON.stringify(parts.body) }),
    }).catch((error: unknown) => {
      if (signal?.aborted) throw error
      throw new ApiError('the API did not answer', { status: 0, code: 'unreachable', cause: error })
    })
    if (response.ok) return response
    throw await errorOf(response)
  }
}

/** Throws where a parameter is missing, or would lead to another path. */
const urlOf = (baseUrl: string, { path }: Endpoint, { params = {}, query = {} }: Parts): string => {
  const filled = paramNamesOf(path).reduce((rest, name) => {
    const value = String(params[name] ?? '')
    if (value === '' || value === '.' || value === '..') throw new TypeError(`${path}: no ${name} is given`)
    return rest.replace(`{${name}}`, () => encodeURIComponent(value))
  }, path)
  const asked = new URLSearchParams(
    Object.entries(query).flatMap(([name, value]): [string, string][] =>
      value === undefined ? [] : [[name, String(value)]],
    ),
  ).toString()
  return `${baseUrl}${filled}${asked === '' ? '' : `?${asked}`}`
}

const errorOf = async (response: Response): Promise<ApiError> => {
  const { status } = response
  const retryAfterS = Number(response.headers.get('retry-after') ?? Number.NaN)
  const read = problem.safeParse(parseJson(await response.text().catch(() => '')))
  // What stands before the API answers in its own way.
  const { error, message, request_id, details } = read.success
    ? read.data
    : {
        error: 'unreadable_answer',
        message: `the answer was ${status}`,
        request_id: undefined,
        details: undefined,
      }
  return new ApiError(message, {
    status,
    code: error,
    requestId: request_id,
    details,
    retryAfterS: Number.isFinite(retryAfterS) ? retryAfterS : undefined,
  })
}

export const unreadable = ({ status }: Response, cause: unknown): ApiError =>
  new ApiError('the answer is not what this endpoint answers', { status, code: 'unreadable_answer', cause })

/** Undefined where it is no JSON. */
export const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}
