import type { Histogram, Metrics } from '@mcp-sentinel/service'

export interface DurationHistogramOptions {
  readonly name: string
  readonly help: string
  /** Upper bounds of the buckets, lowest first. */
  readonly boundsS: readonly number[]
}

type Labels = Readonly<Record<string, string>>

/**
 * A histogram as the registry's own, whose series are held by who counts: to find one by its labels costs the registry
 * several microseconds, for each request.
 */
export const createDurationHistogram = (
  { registry }: Metrics,
  { name, help, boundsS }: DurationHistogramOptions,
) => {
  const all: { readonly labels: Labels; readonly counts: readonly number[]; readonly sumS: () => number }[] =
    []

  const values = () =>
    all.flatMap(({ labels, counts, sumS }) => {
      let count = 0
      const buckets = [...boundsS, '+Inf'].map((le, at) => {
        count += counts[at] as number
        return { metricName: `${name}_bucket`, labels: { le, ...labels }, value: count }
      })
      return [
        ...buckets,
        { metricName: `${name}_sum`, labels, value: sumS() },
        { metricName: `${name}_count`, labels, value: count },
      ]
    })
  const metric = { name, help, type: 'histogram', aggregator: 'sum' }
  // All that a registry asks of a metric.
  const registered = { ...metric, get: async () => ({ ...metric, values: values() }) }
  registry.registerMetric(registered as unknown as Histogram)

  return {
    /** Once for each set of labels; gives the way to observe. */
    series: (labels: Labels): ((durationS: number) => void) => {
      const counts = new Array<number>(boundsS.length + 1).fill(0)
      let sumS = 0
      all.push({ labels, counts, sumS: () => sumS })
      return (durationS) => {
        let at = 0
        while (at < boundsS.length && durationS > (boundsS[at] as number)) at++
        counts[at] = (counts[at] as number) + 1
        sumS += durationS
      }
    },
  }
}
