import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createEmbeddedClickHouse, type EmbeddedClickHouse } from '@mcp-sentinel/embedded'
import { createIds, type Envelope, type EventLog, encodeEnvelope, logHeaders } from '@mcp-sentinel/events'
import { createSegmentLog } from '@mcp-sentinel/events/adapters/segment-log'
import {
  type ClickHouse,
  createClickHouse,
  createEventWriter,
  migrate,
} from '@mcp-sentinel/events/clickhouse'
import type { Flushed } from '../flush.ts'
import { createProcessor, type Processor, type ProcessorOptions } from '../processor.ts'

export const topic = 'mcp.events'
export const group = 'processor'

export interface Engine {
  readonly clickhouse: EmbeddedClickHouse
  readonly server: ClickHouse
  readonly close: () => Promise<void>
}

/** One ClickHouse for the tests of a file. */
export const startEngine = async (): Promise<Engine> => {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'processor-store-'))
  const clickhouse = await createEmbeddedClickHouse({ dataDirectory })
  const server = createClickHouse({ url: new URL(clickhouse.url), database: 'default', application: 'test' })
  const close = async (): Promise<void> => {
    await server.close()
    await clickhouse.close()
    await rm(dataDirectory, { recursive: true })
  }
  return { clickhouse, server, close }
}

/** What a test tells of and waits for: whatever the processors of it have done. */
export interface Told {
  readonly flushed: Flushed[]
  readonly failures: unknown[]
  /** Resolves when it holds, looked at whenever a processor has done something. */
  readonly until: (holds: () => boolean) => Promise<void>
}

export interface Harness {
  readonly store: ClickHouse
  readonly log: EventLog
  readonly dead: EventLog
  readonly told: Told
  readonly start: (options?: Partial<ProcessorOptions>) => Promise<Processor>
  readonly dispose: () => Promise<void>
}

/** A log, a database and processors between them, for one test. */
export const createHarness = async ({ clickhouse, server }: Engine): Promise<Harness> => {
  const directory = await mkdtemp(join(tmpdir(), 'processor-log-'))
  const database = `test_${crypto.randomUUID().replaceAll('-', '')}`
  const store = createClickHouse({ url: new URL(clickhouse.url), database, application: 'test' })
  await migrate({ store, server })
  const log = await createSegmentLog({ directory: join(directory, 'log') })
  const dead = await createSegmentLog({ directory: join(directory, 'dead') })
  const processors = new Set<Processor>()
  const flushed: Flushed[] = []
  const failures: unknown[] = []
  const waiting = new Set<() => void>()
  const look = (): void => {
    for (const one of waiting) one()
  }

  return {
    store,
    log,
    dead,
    told: {
      flushed,
      failures,
      until: (holds) =>
        new Promise((resolve) => {
          const check = (): void => {
            if (!holds()) return
            waiting.delete(check)
            resolve()
          }
          waiting.add(check)
          check()
        }),
    },
    start: async (options = {}) => {
      const writer = createEventWriter({ store, topic, owner: crypto.randomUUID() })
      const processor = await createProcessor({
        log,
        deadLetters: dead,
        writer,
        topic,
        group,
        limits: { ageMsMax: 5 },
        ...options,
        observers: [
          ...(options.observers ?? []),
          {
            flushed: (one) => {
              flushed.push(one)
              look()
            },
            flushFailed: (error) => {
              failures.push(error)
              look()
            },
          },
        ],
      })
      processors.add(processor)
      return processor
    },
    dispose: async () => {
      for (const processor of processors) await processor.close(0)
      await log.close()
      await dead.close()
      await server.command('DROP DATABASE {database:Identifier}', { parameters: { database } })
      await store.close()
      await rm(directory, { recursive: true })
    },
  }
}

const ids = createIds(Date.now)

/** What ingest would append for an event. */
export const entryOf = (envelope: Envelope, headers: Readonly<Record<string, string>> = {}) =>
  entryOfBytes(encodeEnvelope(envelope), headers)

export const entryOfBytes = (value: Uint8Array, headers: Readonly<Record<string, string>> = {}) => ({
  key: 'chain',
  value,
  receivedAtMs: Date.now(),
  headers: {
    [logHeaders.receivedAt]: new Date().toISOString(),
    [logHeaders.keyId]: 'key-1',
    [logHeaders.eventId]: ids(),
    ...headers,
  },
})

export const inserted = ({ flushed }: Told): number =>
  flushed.reduce((sum, one) => sum + one.inserted.length, 0)
export const deadCount = ({ flushed }: Told): number => flushed.reduce((sum, one) => sum + one.dead.length, 0)
export const replayed = ({ flushed }: Told): number => flushed.reduce((sum, one) => sum + one.replayed, 0)
export const repeated = ({ flushed }: Told): number => flushed.reduce((sum, one) => sum + one.repeated, 0)
