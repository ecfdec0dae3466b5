import { createMetrics, Histogram } from '@mcp-sentinel/service'
import { expect, test } from 'vitest'
import { createDurationHistogram } from './duration-histogram.ts'

test('it says what a histogram of the registry says of the same', async () => {
  const about = { name: 'took_seconds', help: 'How "long"\nit took' }
  const boundsS = [0.001, 0.5, 10]
  const [ours, theirs] = [createMetrics({ withProcess: false }), createMetrics({ withProcess: false })]
  const { series } = createDurationHistogram(ours, { ...about, boundsS })
  const histogram = new Histogram({
    ...about,
    buckets: boundsS,
    labelNames: ['tool', 'status'],
    registers: [theirs.registry],
  })
  for (const labels of [
    { tool: 'a "quoted"\nname', status: '2xx' },
    { tool: 'b', status: '4xx' },
  ]) {
    const observe = series(labels)
    for (const durationS of [0, 0.001, 0.0010001, 0.5, 9.99, 10, 11, 3_600]) {
      observe(durationS)
      histogram.observe(labels, durationS)
    }
  }
  const toldBy = async (registry: typeof ours.registry) => ({
    text: await registry.getSingleMetricAsString('took_seconds'),
    values: (await registry.getSingleMetric('took_seconds')?.get())?.values.map(({ labels, value }) => [
      labels,
      value,
    ]),
  })
  const told = await toldBy(ours.registry)
  expect(told.values).toHaveLength(2 * 6)
  expect(told).toEqual(await toldBy(theirs.registry))
})
