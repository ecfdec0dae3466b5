import { collectDefaultMetrics, Histogram, Registry } from 'prom-client'

export { Counter, Gauge, Histogram } from 'prom-client'

export interface HttpObservation {
  readonly method: string
  /** The pattern that matched, never the path: paths have no bound. */
  readonly route: string | undefined
  readonly status: number
  readonly durationS: number
}

export interface Metrics {
  readonly registry: Registry
  readonly observeRequest: (observation: HttpObservation) => void
}

export interface MetricsOptions {
  /** Of the process itself: processor, memory, event loop, collection. */
  readonly withProcess?: boolean | undefined
}

const methods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])
/** Seconds; the pipeline's goals lie between the second and the tenth. */
export const durationBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

/** A registry of its own for each process or test: nothing is kept for all. */
export const createMetrics = ({ withProcess = true }: MetricsOptions = {}): Metrics => {
  const registry = new Registry()
  if (withProcess) collectDefaultMetrics({ register: registry })
  const requests = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Requests by method, route and class of status',
    labelNames: ['method', 'route', 'status'],
    buckets: durationBuckets,
    registers: [registry],
  })
  return {
    registry,
    observeRequest: ({ method, route, status, durationS }) =>
      requests.observe(
        {
          method: methods.has(method) ? method : 'other',
          route: route ?? 'none',
          status: `${Math.floor(status / 100)}xx`,
        },
        durationS,
      ),
  }
}
