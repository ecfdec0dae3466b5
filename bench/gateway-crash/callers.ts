import { randomBytes } from 'node:crypto'
import { Agent, request } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import { agentName } from '../gateway/policy.ts'

export interface Callers {
  /** `traceparent` of each call, and whether it was answered with 200. */
  readonly calls: ReadonlyMap<string, boolean>
  /** Lets no more begin, and resolves when all have ended. */
  readonly stop: () => Promise<void>
}

/** Clients that call one tool over and over, each call with a trace of its own, whatever becomes of who answers. */
export const startCallers = (url: string, tool: string, connections: number): Callers => {
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  const calls = new Map<string, boolean>()
  let isStopped = false

  const run = async (_: unknown, index: number): Promise<void> => {
    while (!isStopped) {
      const traceparent = `00-${randomBytes(16).toString('hex')}-${randomBytes(8).toString('hex')}-01`
      calls.set(traceparent, false)
      const isAnswered = await call(agent, { url, tool, traceparent, caller: agentName(index) })
      calls.set(traceparent, isAnswered)
      // Nobody is there to answer for as long as it takes to start again.
      if (!isAnswered) await wait(20)
    }
  }
  const running = Promise.all(Array.from({ length: connections }, run))
  return {
    calls,
    stop: async () => {
      isStopped = true
      await running
      agent.destroy()
    },
  }
}

interface Call {
  readonly url: string
  readonly tool: string
  readonly traceparent: string
  readonly caller: string
}

const call = (agent: Agent, { url, tool, traceparent, caller }: Call): Promise<boolean> =>
  new Promise((resolve) => {
    const body = JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: { name: tool, arguments: {}, _meta: { traceparent } },
    })
    const headers = {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      'x-mcp-agent-id': caller,
    }
    const req = request(url, { agent, method: 'POST', headers }, (res) => {
      res.on('end', () => resolve(res.statusCode === 200)).on('error', () => resolve(false))
      res.on('close', () => resolve(false)).resume()
    })
    req.on('error', () => resolve(false)).end(body)
  })
