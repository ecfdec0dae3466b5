import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startChild } from './child.ts'
import { makeEvents } from './events.ts'
import { load, requestOf } from './http-load.ts'

const apiKey = randomBytes(24).toString('base64url')
const batchEvents = 1_000
const eventKinds = 2_000
const warmUpMsMax = 4_000

interface Ready {
  readonly port: number
}
export interface Rate {
  readonly perS: number
  /** Of the server. */
  readonly cpuUs: number
}

interface Round {
  readonly kind: 'bare' | 'durable' | 'ingest' | 'kafka'
  /** A broker; without one the files of a new directory. */
  readonly broker?: string
  readonly requests: readonly Buffer[]
  readonly connections: number
  readonly durationMs: number
}

const measure = async ({ kind, broker, requests, connections, durationMs }: Round): Promise<Rate> => {
  const directory = await mkdtemp(join(tmpdir(), 'bench-ingest-'))
  const server = await startChild<Ready>(
    new URL('./server.ts', import.meta.url),
    [kind, broker ?? directory, apiKey],
    ['--max-semi-space-size=16'],
  )
  try {
    const { port } = server.ready
    // Compilers are done after some tens of thousands of requests: before that, they are what is measured.
    await load({ port, requests, connections, durationMs: Math.min(2 * durationMs, warmUpMsMax) })
    const before = await server.ask<{ cpuUs: number }>('cpu')
    const done = await load({ port, requests, connections, durationMs })
    const after = await server.ask<{ cpuUs: number }>('cpu')
    return { perS: done.requests / done.seconds, cpuUs: (after.cpuUs - before.cpuUs) / done.requests }
  } finally {
    await server.close()
    await rm(directory, { recursive: true })
  }
}

const header = { 'x-api-key': apiKey }

interface Singles {
  readonly bare: Rate
  /** As bare, but the body is in the log, and synced, before the answer. */
  readonly durable: Rate
  readonly ingest: Rate
}

/** One event a request, each durable before its answer, beside a bare Fastify that answers the same requests. */
export const singles = async (durationMs: number): Promise<Singles> => {
  const requests = makeEvents(eventKinds).map(({ bytes }) =>
    requestOf('/events', { ...header, 'content-type': 'application/json' }, bytes),
  )
  const round = { requests, connections: 64, durationMs }
  return {
    bare: await measure({ kind: 'bare', ...round }),
    durable: await measure({ kind: 'durable', ...round }),
    ingest: await measure({ kind: 'ingest', ...round }),
  }
}

/** A thousand events a request: events in a second, into files or to a broker. */
export const batches = async (durationMs: number, broker?: string): Promise<Rate> => {
  const events = makeEvents(batchEvents * 4).map(({ bytes }) => bytes)
  const newline = Buffer.from('\n')
  const requests = Array.from({ length: 4 }, (_, index) =>
    requestOf(
      '/events',
      { ...header, 'content-type': 'application/x-ndjson' },
      Buffer.concat(
        events.slice(index * batchEvents, (index + 1) * batchEvents).flatMap((one) => [one, newline]),
      ),
    ),
  )
  const log = broker === undefined ? { kind: 'ingest' as const } : { kind: 'kafka' as const, broker }
  const rate = await measure({ ...log, requests, connections: 4, durationMs })
  return { perS: rate.perS * batchEvents, cpuUs: rate.cpuUs / batchEvents }
}
