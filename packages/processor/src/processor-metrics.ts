import { Counter, durationBuckets, Gauge, Histogram, type Metrics } from '@mcp-sentinel/service'
import type { Carrier } from './carrier.ts'
import { deadReasons } from './decode.ts'
import type { ProcessorObserver } from './observer.ts'

/** What is counted of each flush, and what is asked of the processor when somebody looks. */
export interface ProcessorMetrics extends Pick<ProcessorObserver, 'flushed' | 'flushFailed' | 'readFailed'> {
  readonly watch: (carrier: Carrier) => void
}

export interface ProcessorMetricsOptions {
  readonly metrics: Metrics
  /** For how long the log keeps what nobody has read. */
  readonly logRetentionMs: number
  /** Epoch milliseconds. */
  readonly clock: () => number
}

const batchBuckets = [1, 10, 100, 500, 1_000, 2_500, 5_000, 10_000, 25_000]

export const createProcessorMetrics = (options: ProcessorMetricsOptions): ProcessorMetrics => {
  const { metrics, logRetentionMs, clock } = options
  const registers = [metrics.registry]
  const counter = (name: string, help: string) => new Counter({ name, help, registers })
  const inserted = counter('processor_inserted_total', 'Events that were stored')
  const replayed = counter('processor_replayed_total', 'Events that were read again and found stored')
  const repeated = counter('processor_repeated_total', 'Events that a producer sent again and were stored')
  const conflicts = counter('processor_conflicts_total', 'Events whose number in their chain was taken')
  const gaps = counter('processor_gap_events_total', 'Events that are missing in their chains')
  const retries = counter('processor_flush_retries_total', 'Flushes that failed and were tried again')
  const readFailures = counter('processor_read_failures_total', 'Reads of the log that failed')
  const dead = new Counter({
    name: 'processor_dead_total',
    help: 'Records that were set aside, by reason',
    labelNames: ['reason'],
    registers,
  })
  for (const reason of deadReasons) dead.inc({ reason }, 0)
  const batchRows = new Histogram({
    name: 'processor_batch_rows',
    help: 'Events of a flush',
    buckets: batchBuckets,
    registers,
  })
  const flushSeconds = new Histogram({
    name: 'processor_flush_duration_seconds',
    help: 'From a batch to its commit',
    buckets: durationBuckets,
    registers,
  })

  return {
    flushed: (flushed, durationMs) => {
      inserted.inc(flushed.inserted.length)
      replayed.inc(flushed.replayed)
      repeated.inc(flushed.repeated)
      conflicts.inc(flushed.inserted.filter(({ chainNote }) => chainNote === 'conflict').length)
      for (const { from, to } of flushed.gaps) gaps.inc(to - from + 1)
      for (const { death } of flushed.dead) dead.inc({ reason: death.reason })
      batchRows.observe(flushed.inserted.length)
      flushSeconds.observe(durationMs / 1000)
    },
    flushFailed: () => retries.inc(),
    readFailed: () => readFailures.inc(),
    watch: (carrier) => {
      const gauge = (name: string, help: string, value: () => number | Promise<number>) =>
        new Gauge({
          name,
          help,
          registers,
          async collect() {
            this.set(await value())
          },
        })
      const ageMs = (): number => Math.max(0, clock() - (carrier.oldestPendingMs() ?? clock()))
      gauge('processor_lag_records', 'Records of the log that are not stored', () =>
        carrier.lag().catch(() => Number.NaN),
      )
      gauge(
        'processor_oldest_pending_seconds',
        'Age of the oldest record that was read and is not stored',
        () => ageMs() / 1000,
      )
      gauge(
        'processor_retention_loss_seconds',
        'Time until the log deletes the oldest record that was read and is not stored',
        () => (logRetentionMs - ageMs()) / 1000,
      )
      gauge('processor_intake_paused', 'Is nothing read because what was read has to be stored first?', () =>
        Number(carrier.isIntakePaused()),
      )
      new Counter({
        name: 'processor_intake_pause_transitions_total',
        help: 'How often the intake has paused or gone on',
        registers,
        collect() {
          this.reset()
          this.inc(carrier.intakeTransitions())
        },
      })
    },
  }
}
