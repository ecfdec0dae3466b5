import { z } from 'zod'
import { createPost, type Post } from './json-rpc.ts'

const modernVersion = '2026-07-28'
const legacyVersion = '2025-11-25'
const clientInfo = { name: 'mcp-sentinel-api', version: '1' }
/** Pages of one list. */
const pagesMax = 20

const text = z.string().max(8192)
const shapes = {
  tools: z.object({ name: text, description: text.optional(), inputSchema: z.unknown().optional() }),
  prompts: z.object({
    name: text,
    description: text.optional(),
    arguments: z.array(z.unknown()).max(256).optional(),
  }),
  resources: z.object({
    uri: text,
    name: text.optional(),
    description: text.optional(),
    mimeType: text.optional(),
  }),
}
type Kind = keyof typeof shapes
type Listed<K extends Kind> = z.output<(typeof shapes)[K]>[]

export interface Inventory {
  readonly protocolVersion: string
  readonly tools: Listed<'tools'>
  readonly prompts: Listed<'prompts'>
  readonly resources: Listed<'resources'>
}

export interface AskOptions {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly timeoutMs: number
}

/** Asks a server, as a client of its own, what it has, in whichever era it speaks. Rejects where it does not say. */
export const askServer = async ({ url, headers, timeoutMs }: AskOptions): Promise<Inventory> => {
  const signal = AbortSignal.timeout(timeoutMs)
  const post = createPost(url, signal, headers)
  const modern = listing(post, (method) => ({
    headers: { 'mcp-protocol-version': modernVersion, 'mcp-method': method },
    params: modernParams,
  }))
  const tools = await modern('tools')
  if (tools !== undefined) return all(modern, modernVersion, tools)

  const { status, session, message } = await post(initialize)
  const { protocolVersion, capabilities } = (message?.result ?? {}) as Readonly<Record<string, unknown>>
  if (status !== 200 || typeof protocolVersion !== 'string')
    throw new Error(`the server answers initialize with ${status}`)
  const within = { 'mcp-protocol-version': protocolVersion, ...(session && { 'mcp-session-id': session }) }
  await post({ jsonrpc: '2.0', method: 'notifications/initialized' }, within)
  const legacy = listing(post, () => ({ headers: within, params: {} }))
  const isThere = (kind: Kind): boolean => kind in ((capabilities ?? {}) as object)
  const found = await legacy('tools')
  if (found === undefined && isThere('tools')) throw new Error('the server does not list its tools')
  const inventory = await all((kind) => (isThere(kind) ? legacy(kind) : none), protocolVersion, found ?? [])
  if (session)
    await fetch(url, { method: 'DELETE', headers: { ...headers, ...within }, signal }).catch(() => {})
  return inventory
}

const none = Promise.resolve(undefined)

type List = <K extends Kind>(kind: K) => Promise<Listed<K> | undefined>

const all = async (list: List, protocolVersion: string, tools: Listed<'tools'>): Promise<Inventory> => ({
  protocolVersion,
  tools,
  prompts: (await list('prompts')) ?? [],
  resources: (await list('resources')) ?? [],
})

type Manner = (method: string) => {
  readonly headers: Readonly<Record<string, string>>
  readonly params: object
}

/** Lists page after page; undefined where the server has no such list. What is no item of it is left out. */
const listing =
  (post: Post, manner: Manner): List =>
  async (kind) => {
    const method = `${kind}/list`
    const items: unknown[] = []
    let cursor: object = {}
    for (let page = 0; page < pagesMax; page++) {
      const { headers, params } = manner(method)
      const { message } = await post(
        { jsonrpc: '2.0', id: page + 2, method, params: { ...params, ...cursor } },
        headers,
      )
      const found = message?.result?.[kind]
      if (!Array.isArray(found)) return undefined
      items.push(...found)
      const { nextCursor } = message?.result ?? {}
      if (typeof nextCursor !== 'string') break
      cursor = { cursor: nextCursor }
    }
    return items.flatMap((item) => {
      const read = shapes[kind].safeParse(item)
      return read.success ? [read.data] : []
    }) as Listed<typeof kind>
  }

const modernParams = {
  _meta: {
    'io.modelcontextprotocol/protocolVersion': modernVersion,
    'io.modelcontextprotocol/clientCapabilities': {},
    'io.modelcontextprotocol/clientInfo': clientInfo,
  },
}
const initialize = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: legacyVersion, capabilities: {}, clientInfo },
}
