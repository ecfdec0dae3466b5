import { once } from 'node:events'
import { connect } from 'node:net'
import { requestOf } from '../pipeline/http-load.ts'
import { agentName, plainTool } from './policy.ts'

export interface Round {
  readonly url: string
  readonly connections: number
  readonly durationMs: number
  readonly tool?: string
  /** As the server behind has to be asked; legacy when it does not say. */
  readonly era?: 'legacy' | 'modern'
  /** Sent as a bearer. */
  readonly token?: string
}
export interface Load {
  readonly requests: number
  readonly seconds: number
  readonly p50Us: number
  readonly p99Us: number
}

const modernMeta = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'bench', version: '1.0.0' },
  'io.modelcontextprotocol/clientCapabilities': {},
}

const callOf = ({ tool = plainTool, era = 'legacy' }: Round): Buffer =>
  Buffer.from(
    JSON.stringify({
      jsonrpc: '2.0',
      id: 4711,
      method: 'tools/call',
      params: {
        name: tool,
        arguments: {
          query: 'quarterly report of the northern region',
          limit: 20,
          filters: { year: 2026, kind: 'report' },
        },
        _meta: {
          progressToken: 4711,
          traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
          ...(era === 'modern' ? modernMeta : {}),
        },
      },
    }),
  )

const headersOf = ({ tool = plainTool, era = 'legacy', token }: Round, connection: number) => ({
  'content-type': 'application/json',
  accept: 'application/json, text/event-stream',
  'user-agent': 'bench',
  'x-mcp-agent-id': agentName(connection * 31),
  ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  ...(era === 'modern'
    ? { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call', 'mcp-name': tool }
    : { 'mcp-protocol-version': '2025-11-25' }),
})

const isWhole = (answer: string): boolean => {
  const head = answer.indexOf('\r\n\r\n')
  if (head < 0) return false
  const length = /content-length: (\d+)/i.exec(answer)?.[1]
  return length === undefined ? answer.endsWith('\r\n0\r\n\r\n') : answer.length >= head + 4 + Number(length)
}

/**
 * Calls over kept connections, the next when the last was answered, each connection as an agent of its own. On bare
 * sockets, which cost less than what is measured.
 */
const load = async (round: Round): Promise<Load> => {
  const { url, connections, durationMs } = round
  const { port, pathname } = new URL(url)
  const call = callOf(round)
  const latenciesUs: number[] = []
  const began = performance.now()
  const until = began + durationMs

  const run = async (_: unknown, connection: number): Promise<void> => {
    const request = requestOf(pathname, headersOf(round, connection), call)
    const socket = connect(Number(port), '127.0.0.1').setNoDelay(true)
    await once(socket, 'connect')
    const ended = once(socket, 'close')
    let answer = ''
    let sent = 0
    const send = (): void => {
      sent = performance.now()
      socket.write(request)
    }
    socket.on('data', (chunk) => {
      answer += chunk.toString('latin1')
      if (!isWhole(answer)) return
      if (!answer.startsWith('HTTP/1.1 200') || answer.includes('"isError":true'))
        return void socket.destroy(new Error(answer))
      answer = ''
      const now = performance.now()
      latenciesUs.push((now - sent) * 1000)
      if (now < until) send()
      else socket.end()
    })
    send()
    await ended
    if (socket.errored) throw socket.errored
  }
  await Promise.all(Array.from({ length: connections }, run))
  const sorted = Float64Array.from(latenciesUs).sort()
  const at = (share: number): number => sorted[Math.floor(sorted.length * share)] ?? Number.NaN
  const seconds = (performance.now() - began) / 1000
  return { requests: sorted.length, seconds, p50Us: at(0.5), p99Us: at(0.99) }
}

// A process of its own: it costs about as much as what it measures.
process.on('message', async (round: Round) => process.send?.(await load(round)))
process.on('disconnect', () => process.exit(0))
process.send?.({})
