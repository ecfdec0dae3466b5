import { EventError, type EventLog, type LogEntry } from '@mcp-sentinel/events'
import { type Context, type HealthCheck, inSpan, type Tracer } from '@mcp-sentinel/service'
import type { IngestMetrics } from './ingest-metrics.ts'
import { appendFailed } from './problems.ts'

/** What ingest needs of a log. */
export type AppendLog = Pick<EventLog, 'append'>

export interface AppendOptions {
  readonly log: AppendLog
  readonly tracer: Tracer
  readonly metrics: IngestMetrics
  /** Where the entries go, for spans. */
  readonly topic: string
  /** After which a sender is told to send again. The log may still take it: then it is there twice. */
  readonly timeoutMs: number
  readonly clock: () => number
}

export interface Append {
  /** Resolves when every entry is durable; rejects with the problem that the sender is told. */
  readonly append: (entries: readonly LogEntry[], parent: Context) => Promise<void>
  readonly check: HealthCheck
}

/** A failure that time does not heal counts this long: without requests nobody would learn that somebody healed it. */
const brokenForMs = 30_000

export const createAppend = (options: AppendOptions): Append => {
  const { log, tracer, metrics, topic, timeoutMs, clock } = options
  let broken: { readonly error: EventError; readonly until: number } | undefined

  const appendInTime = async (entries: readonly LogEntry[]): Promise<void> => {
    const late = Promise.withResolvers<never>()
    const timer = setTimeout(
      () => late.reject(new Error(`the log took longer than ${timeoutMs} ms`)),
      timeoutMs,
    )
    try {
      await Promise.race([log.append(entries), late.promise])
    } finally {
      clearTimeout(timer)
    }
  }

  return {
    append: async (entries, parent) => {
      if (entries.length === 0) return
      const attributes = { 'kafka.topic': topic, 'messaging.batch.message_count': entries.length }
      const began = performance.now()
      try {
        await inSpan(tracer, { name: 'kafka.produce', kind: 'producer', parent, attributes }, () =>
          appendInTime(entries),
        )
        broken = undefined
        metrics.appended((performance.now() - began) / 1000)
      } catch (error) {
        if (error instanceof EventError && !error.retryable && error.code !== 'too_large')
          broken = { error, until: clock() + brokenForMs }
        throw appendFailed(error)
      }
    },
    check: {
      name: 'log',
      error: 'kafka_unavailable',
      deadlineMs: 1_000,
      check: async () => {
        if (broken !== undefined && clock() < broken.until) throw broken.error
      },
    },
  }
}
