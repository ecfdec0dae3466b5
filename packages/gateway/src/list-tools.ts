import { createSseParser } from '@mcp-sentinel/gateway-middleware/sse'

/** Asks a server, as a client of its own, what tools it announces. */
export interface ListToolsOptions {
  readonly url: string
  readonly timeoutMs: number
}

interface Reply {
  readonly status: number
  readonly session: string | null
  readonly message: Message | undefined
}

interface Message {
  readonly id?: unknown
  readonly result?: { readonly tools?: unknown; readonly nextCursor?: unknown }
}

const modernVersion = '2026-07-28'
const legacyVersion = '2025-11-25'
const clientInfo = { name: 'mcp-sentinel-gateway', version: '1' }
/** Pages of a list, and bytes of each. */
const pagesMax = 100
const pageBytesMax = 4 * 1024 ** 2

/** All of them, from whichever era the server speaks. Rejects where it does not say. */
export const listTools = async ({ url, timeoutMs }: ListToolsOptions): Promise<readonly unknown[]> => {
  const signal = AbortSignal.timeout(timeoutMs)
  const ask = (body: object, headers: Record<string, string>) => post(url, body, headers, signal)

  const pages = async (page: (cursor: object) => Promise<Reply>): Promise<readonly unknown[] | undefined> => {
    const tools: unknown[] = []
    let cursor: object = {}
    for (let count = 0; count < pagesMax; count++) {
      const { result } = (await page(cursor)).message ?? {}
      if (!Array.isArray(result?.tools)) return undefined
      tools.push(...result.tools)
      if (typeof result.nextCursor !== 'string') return tools
      cursor = { cursor: result.nextCursor }
    }
    throw new RangeError(`the list of tools has more than ${pagesMax} pages`)
  }

  const modern = await pages((cursor) => ask(modernList(cursor), modernHeaders))
  if (modern !== undefined) return modern
  const { session, status } = await ask(initialize, {})
  if (status !== 200) throw new Error(`the server answers initialize with ${status}`)
  const within = { 'mcp-protocol-version': legacyVersion, ...(session && { 'mcp-session-id': session }) }
  await ask({ jsonrpc: '2.0', method: 'notifications/initialized' }, within)
  const legacy = await pages((cursor) => ask({ ...list, params: cursor }, within))
  if (session) await fetch(url, { method: 'DELETE', headers: within, signal }).catch(() => {})
  if (legacy === undefined) throw new Error('the server does not list its tools')
  return legacy
}

const list = { jsonrpc: '2.0', id: 2, method: 'tools/list' }
const modernHeaders = { 'mcp-protocol-version': modernVersion, 'mcp-method': 'tools/list' }
const modernList = (cursor: object) => ({
  ...list,
  params: {
    ...cursor,
    _meta: {
      'io.modelcontextprotocol/protocolVersion': modernVersion,
      'io.modelcontextprotocol/clientCapabilities': {},
      'io.modelcontextprotocol/clientInfo': clientInfo,
    },
  },
})
const initialize = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: legacyVersion, capabilities: {}, clientInfo },
}

const post = async (
  url: string,
  body: object,
  headers: Record<string, string>,
  signal: AbortSignal,
): Promise<Reply> => {
  const answer = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...headers,
    },
    body: JSON.stringify(body),
    signal,
    redirect: 'error',
  })
  return {
    status: answer.status,
    session: answer.headers.get('mcp-session-id'),
    message: await messageIn(answer, 'id' in body ? body.id : undefined),
  }
}

/** The answer to a request, in whichever form it came; undefined where there is none. */
const messageIn = async ({ headers, body }: Response, id: unknown): Promise<Message | undefined> => {
  const isStream = headers.get('content-type')?.startsWith('text/event-stream')
  const chunks: Uint8Array[] = []
  let found: Message | undefined
  let bytes = 0
  const parser = createSseParser(({ data }) => {
    const message = parsed(data)
    if (id !== undefined && message?.id === id) found = message
  }, pageBytesMax)
  for await (const chunk of body ?? []) {
    bytes += chunk.length
    if (bytes > pageBytesMax) throw new RangeError(`a page of tools has more than ${pageBytesMax} bytes`)
    if (isStream) parser.push(chunk)
    else chunks.push(chunk)
    if (found !== undefined) return found
  }
  return isStream ? found : parsed(Buffer.concat(chunks).toString())
}

const parsed = (text: string | undefined): Message | undefined => {
  try {
    return JSON.parse(text ?? '') as Message
  } catch {
    return undefined
  }
}
