import { Agent, request } from 'node:http'
import { type Child, startChild } from '../pipeline/child.ts'
import { type HotEndpoint, hotEndpoints } from './hot-endpoints.ts'

interface Ready {
  readonly port: number
}

export interface Rate {
  readonly perS: number
  /** Of the server, for one request. */
  readonly cpuUs: number
  readonly p50Ms: number
  /** Requests that were told to come again, since the store had no time for them. */
  readonly refused: number
}

export interface Seats {
  /** The API, and a bare Fastify with the same question, in turn. */
  readonly round: (endpoint: HotEndpoint, durationMs: number) => Promise<{ api: Rate; bare: Rate }>
  readonly close: () => Promise<void>
}

const connections = 4

export const startSeats = async (url: string, database: string): Promise<Seats> => {
  const script = new URL('./server.ts', import.meta.url)
  const [api, bare] = await Promise.all(
    ['api', 'bare'].map((kind) => startChild<Ready>(script, [kind, url, database])),
  )
  if (api === undefined || bare === undefined) throw new Error('two were started')
  let asked = 0

  const ask = async (
    seat: Child<Ready>,
    pathOf: (n: number) => string,
    durationMs: number,
  ): Promise<Rate> => {
    const agent = new Agent({ keepAlive: true, maxSockets: connections })
    const { cpuUs } = await seat.ask<{ cpuUs: number }>('cpu')
    const began = performance.now()
    const times: number[] = []
    let refused = 0
    const run = async (): Promise<void> => {
      while (performance.now() < began + durationMs) {
        const start = performance.now()
        if (await isAnswered(agent, seat.ready.port, pathOf(asked++))) times.push(performance.now() - start)
        else refused++
      }
    }
    await Promise.all(Array.from({ length: connections }, run))
    const seconds = (performance.now() - began) / 1000
    const after = await seat.ask<{ cpuUs: number }>('cpu')
    agent.destroy()
    times.sort((a, b) => a - b)
    return {
      perS: times.length / seconds,
      cpuUs: (after.cpuUs - cpuUs) / times.length,
      p50Ms: times[times.length >> 1] ?? Number.NaN,
      refused,
    }
  }

  return {
    round: async (endpoint, durationMs) => {
      const at = hotEndpoints.indexOf(endpoint)
      return {
        api: await ask(api, endpoint.path, durationMs),
        bare: await ask(bare, (n) => `/${at}?n=${n}`, durationMs),
      }
    },
    close: async () => {
      await Promise.all([api.close(), bare.close()])
    },
  }
}

const isAnswered = (agent: Agent, port: number, path: string): Promise<boolean> =>
  new Promise((resolve, reject) => {
    request({ agent, host: '127.0.0.1', port, path }, (answer) => {
      const { statusCode } = answer
      if (statusCode !== 200 && statusCode !== 503) reject(new Error(`${path}: ${statusCode}`))
      answer.resume().once('end', () => resolve(statusCode === 200))
    })
      .once('error', reject)
      .end()
  })
