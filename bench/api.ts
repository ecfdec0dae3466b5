import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createEmbeddedClickHouse } from '@mcp-sentinel/embedded'
import { createClickHouse, migrate } from '@mcp-sentinel/events/clickhouse'
import { hotEndpoints } from './api/hot-endpoints.ts'
import { liveMs } from './api/live.ts'
import { type Rate, startSeats } from './api/rates.ts'
import { untilMerged } from './pipeline-queries/engine.ts'
import { loadEvents } from './pipeline-queries/load.ts'
import { type Bench, rounded } from './report.ts'

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN
const quantile = (sorted: readonly number[], share: number): number =>
  sorted[Math.ceil(sorted.length * share) - 1] ?? Number.NaN

const filled = async (rows: number, seed: number, mergeMs: number) => {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'bench-api-'))
  const engine = await createEmbeddedClickHouse({ dataDirectory })
  const connect = (database: string) =>
    createClickHouse({ url: new URL(engine.url), database, application: 'bench', requestTimeoutMs: 600_000 })
  const [store, server] = [connect('bench'), connect('default')]
  await migrate({ store, server })
  await loadEvents(store, { rows, nowMs: Date.now(), seed })
  await untilMerged(store, mergeMs)
  await Promise.all([store.close(), server.close()])
  return {
    url: engine.readerUrl,
    close: async () => {
      await engine.close()
      await rm(dataDirectory, { recursive: true })
    },
  }
}

export const bench: Bench = async ({ quick, seed }) => {
  const rows = quick ? 100_000 : 10_000_000
  const rounds = quick ? 2 : 9
  const roundMs = quick ? 250 : 2_000
  const figures: Record<string, number> = {}
  const goals: Record<string, string> = {}

  const store = await filled(rows, seed, quick ? 2_000 : 60_000)
  console.log(`\n${rows.toLocaleString('en')} events, 4 connections, the API and a bare Fastify in turn`)
  const seats = await startSeats(store.url, 'bench')
  try {
    for (const endpoint of hotEndpoints) {
      const { name, goalMs } = endpoint
      // Before compilers and caches are done, they are what is measured.
      await seats.round(endpoint, roundMs)
      const all: { readonly api: Rate; readonly bare: Rate }[] = []
      while (all.length < rounds) all.push(await seats.round(endpoint, roundMs))
      const of = (figure: (one: (typeof all)[number]) => number): number => rounded(median(all.map(figure)))
      const key = name.replaceAll(/\W+/g, '_')
      figures[`${key}_vs_bare_rps`] = of(({ api, bare }) => api.perS / bare.perS)
      figures[`${key}_bare_cpu_of_api`] = of(({ api, bare }) => bare.cpuUs / api.cpuUs)
      figures[`${key}_cpu_us`] = of(({ api }) => api.cpuUs)
      figures[`${key}_bare_cpu_us`] = of(({ bare }) => bare.cpuUs)
      figures[`${key}_p50_ms`] = of(({ api }) => api.p50Ms)
      figures[`${key}_refused`] = all.reduce((sum, { api }) => sum + api.refused, 0)
      goals[`${key}_vs_bare_rps`] = '>= 0.5'
      goals[`${key}_refused`] = '== 0'
      if (goalMs !== undefined && !quick) goals[`${key}_p50_ms`] = `<= ${goalMs}`
      console.log(
        `  ${name.padEnd(20)} ${of(({ api }) => api.perS)}/s, ${of(({ api }) => api.cpuUs)} µs CPU, p50 ${of(({ api }) => api.p50Ms)} ms; bare ${of(({ bare }) => bare.perS)}/s, ${of(({ bare }) => bare.cpuUs)} µs, p50 ${of(({ bare }) => bare.p50Ms)} ms`,
      )
    }
  } finally {
    await seats.close()
    await store.close()
  }

  const { answered, told } = await liveMs(quick ? 200 : 1_000)
  figures['post_p50_ms'] = rounded(quantile(answered, 0.5))
  figures['post_p99_ms'] = rounded(quantile(answered, 0.99))
  figures['live_p50_ms'] = rounded(quantile(told, 0.5))
  figures['live_p99_ms'] = rounded(quantile(told, 0.99))
  goals['live_p99_ms'] = '<= 100'
  console.log(
    `  POST to a viewer     p50 ${figures['live_p50_ms']} ms, p99 ${figures['live_p99_ms']} ms; to its own answer p50 ${figures['post_p50_ms']} ms, p99 ${figures['post_p99_ms']} ms; 1,000 events a second besides`,
  )
  return { figures, goals }
}
