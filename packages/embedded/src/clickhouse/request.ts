import type { IncomingMessage } from 'node:http'
import { exception } from './exception.ts'

export interface Asked {
  /** The beginning of the statement, or all of it; the rest comes in the body. */
  readonly query: string | undefined
  readonly queryId: string | undefined
  readonly database: string | undefined
  readonly format: string
  readonly compress: boolean
  readonly settings: ReadonlyMap<string, string>
  readonly parameters: ReadonlyMap<string, string>
}

/** Said by clients, meant for a server's HTTP layer: nothing here behaves differently for them. */
const withoutEffect = new Set([
  'user',
  'password',
  'quota_key',
  'wait_end_of_query',
  'buffer_size',
  'send_progress_in_http_headers',
  'http_headers_progress_interval_ms',
  'http_response_buffer_size',
  'http_zlib_compression_level',
])

/** Asking for these and not getting them would change what happens. */
const unsupported = new Set([
  'session_id',
  'session_timeout',
  'session_check',
  'role',
  'compress',
  'decompress',
])

export const parseRequest = (request: IncomingMessage, search: URLSearchParams): Asked => {
  const settings = new Map<string, string>()
  const parameters = new Map<string, string>()
  const own = new Map<string, string>()
  for (const [name, value] of search) {
    if (withoutEffect.has(name)) continue
    if (unsupported.has(name)) throw exception(48, `${name} is not supported by the embedded engine.`)
    if (ownNames.has(name)) own.set(name, value)
    else if (name.startsWith('param_')) parameters.set(name.slice('param_'.length), value)
    else settings.set(name, value)
  }
  const header = (name: string): string | undefined => request.headers[name]?.toString()
  const queryId = own.get('query_id')
  // The engine gives every query an id of its own. A server's system.processes shows this setting as well.
  if (queryId !== undefined && !settings.has('log_comment')) settings.set('log_comment', queryId)
  return {
    query: own.get('query'),
    queryId,
    database: own.get('database') ?? header('x-clickhouse-database'),
    format: own.get('default_format') ?? header('x-clickhouse-format') ?? 'TabSeparated',
    compress: own.get('enable_http_compression') === '1',
    settings,
    parameters,
  }
}

const ownNames = new Set(['query', 'query_id', 'database', 'default_format', 'enable_http_compression'])
