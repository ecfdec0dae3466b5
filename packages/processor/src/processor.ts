import type { HealthCheck, Logger, Metrics, Tracer } from '@mcp-sentinel/service'
import { type Carrier, type CarrierOptions, createCarrier } from './carrier.ts'
import { createProcessorMetrics } from './processor-metrics.ts'
import { createProcessorReports } from './processor-reports.ts'
import { traceConsumed, traceInsert } from './spans.ts'

export interface ProcessorOptions extends Omit<CarrierOptions, 'aroundInsert'> {
  readonly logger?: Logger | undefined
  readonly metrics?: Metrics | undefined
  readonly tracer?: Tracer | undefined
  /** For how long the log keeps what nobody has read; only said in a metric. */
  readonly logRetentionMs?: number | undefined
  /** An event that has waited for so long to be stored shows that nothing goes on. */
  readonly stalledAfterMs?: number | undefined
}

export interface Processor extends Carrier {
  /** For `/ready`: fails while nothing goes on. */
  readonly check: HealthCheck
}

const weekMs = 7 * 24 * 3_600_000

/** Carries events from the log into the store, each exactly once, and tells of it. */
export const createProcessor = async (options: ProcessorOptions): Promise<Processor> => {
  const { logger, metrics, tracer, topic, observers = [], clock = Date.now } = options
  const { logRetentionMs = weekMs, stalledAfterMs = 60_000 } = options
  const counted = metrics && createProcessorMetrics({ metrics, logRetentionMs, clock })
  const carrier = await createCarrier({
    ...options,
    observers: [
      ...(counted === undefined ? [] : [counted]),
      ...(logger === undefined ? [] : [createProcessorReports(logger)]),
      ...(tracer === undefined ? [] : [traceConsumed(tracer, topic)]),
      ...observers,
    ],
    ...(tracer === undefined ? {} : { aroundInsert: traceInsert(tracer, topic) }),
  })
  counted?.watch(carrier)
  return {
    ...carrier,
    check: {
      name: 'progress',
      error: 'processor_stalled',
      deadlineMs: 1_000,
      check: async () => {
        const oldest = carrier.oldestReadMs()
        if (oldest !== undefined && clock() - oldest > stalledAfterMs)
          throw new Error(`nothing was stored for ${clock() - oldest} ms`)
      },
    },
  }
}
