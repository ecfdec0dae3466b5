import { Counter, durationBuckets, Gauge, Histogram, type Metrics } from '@mcp-sentinel/service'
import type { InFlight } from './in-flight.ts'

export interface IngestMetrics {
  readonly accepted: (events: number, bytes: number) => void
  readonly rejected: (code: string) => void
  readonly refused: (code: string) => void
  readonly appended: (durationS: number) => void
}

export const createIngestMetrics = (metrics: Metrics | undefined, inFlight: InFlight): IngestMetrics => {
  if (metrics === undefined)
    return { accepted: () => {}, rejected: () => {}, refused: () => {}, appended: () => {} }
  const registers = [metrics.registry]
  const accepted = new Counter({
    name: 'ingest_events_accepted_total',
    help: 'Events that are durable in the log',
    registers,
  })
  const bytes = new Counter({ name: 'ingest_bytes_total', help: 'Bytes of accepted events', registers })
  const rejected = new Counter({
    name: 'ingest_events_rejected_total',
    help: 'Events that were not taken for what they are, by code',
    labelNames: ['code'],
    registers,
  })
  const refused = new Counter({
    name: 'ingest_requests_refused_total',
    help: 'Requests that were answered with a problem, by code',
    labelNames: ['code'],
    registers,
  })
  const appended = new Histogram({
    name: 'ingest_append_duration_seconds',
    help: 'How long the log took to make the events of a request durable',
    buckets: durationBuckets,
    registers,
  })
  new Gauge({
    name: 'ingest_in_flight_requests',
    help: 'Requests that are not answered yet',
    registers,
    collect() {
      this.set(inFlight.requests())
    },
  })
  new Gauge({
    name: 'ingest_in_flight_bytes',
    help: 'Bytes of requests that are not answered yet',
    registers,
    collect() {
      this.set(inFlight.bytes())
    },
  })
  return {
    accepted: (events, size) => {
      accepted.inc(events)
      bytes.inc(size)
    },
    rejected: (code) => rejected.inc({ code }),
    refused: (code) => refused.inc({ code }),
    appended: (durationS) => appended.observe(durationS),
  }
}
