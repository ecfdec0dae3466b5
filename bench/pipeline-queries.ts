import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createEmbeddedClickHouse } from '@mcp-sentinel/embedded'
import { type ClickHouse, createClickHouse, migrate } from '@mcp-sentinel/events/clickhouse'
import { cpuMsOf, untilMerged } from './pipeline-queries/engine.ts'
import { timeInserts } from './pipeline-queries/inserts.ts'
import { loadEvents } from './pipeline-queries/load.ts'
import { floors, type Question, questionsAt } from './pipeline-queries/questions.ts'
import { type Bench, type Outcome, rounded } from './report.ts'

const repetitions = 15

const quantile = (values: readonly number[], share: number): number =>
  [...values].sort((a, b) => a - b)[Math.ceil(values.length * share) - 1] ?? Number.NaN

interface Timed {
  readonly times: readonly number[]
  /** Of the engine, for one. */
  readonly cpuMs: number
}

const time = async ({ ask }: Question, store: ClickHouse, pid: number): Promise<Timed> => {
  const times: number[] = []
  for (const warmUp of [1, 2]) await ask(store, warmUp)
  const cpuBefore = cpuMsOf(pid)
  for (let repetition = 3; times.length < repetitions; repetition++) {
    const start = performance.now()
    await ask(store, repetition)
    times.push(performance.now() - start)
  }
  return { times, cpuMs: (cpuMsOf(pid) - cpuBefore) / repetitions }
}

const figureName = (question: string, share: string): string =>
  `${question.replaceAll(/\W+/g, '_')}_${share}_ms`

const show = (name: string, times: readonly number[], more = ''): void => {
  const [p50, p95] = [0.5, 0.95].map((share) => quantile(times, share).toFixed(1).padStart(8))
  console.log(`  ${name.padEnd(38)} p50 ${p50} ms, p95 ${p95} ms${more}`)
}

const measure = async (
  writer: ClickHouse,
  reader: ClickHouse,
  { nowMs, pid }: { readonly nowMs: number; readonly pid: number },
): Promise<Outcome> => {
  const figures: Record<string, number> = {}
  const goals: Record<string, string> = {}
  for (const question of [...floors, ...questionsAt(nowMs)]) {
    const { name, goalMs } = question
    const { times, cpuMs } = await time(question, reader, pid)
    const cpu = `, ${cpuMs.toFixed(0).padStart(4)} ms CPU`
    show(name, times, floors.includes(question) ? `${cpu} (floor)` : cpu)
    if (Number.isFinite(cpuMs)) figures[figureName(name, 'cpu')] = rounded(cpuMs)
    figures[figureName(name, 'p50')] = rounded(quantile(times, 0.5))
    figures[figureName(name, 'p95')] = rounded(quantile(times, 0.95))
    if (goalMs !== undefined) goals[figureName(name, 'p50')] = `<= ${goalMs}`
  }
  const inserts = await timeInserts(writer, { rounds: repetitions, pid })
  for (const [name, figure, { times, cpuMs }] of [
    ['insert of 10,000 rows', 'insert_10000', inserts.asItIs],
    ['… into a table without projections', 'insert_10000_without_projections', inserts.withoutProjections],
  ] as const) {
    show(name, times, `, ${cpuMs.toFixed(0).padStart(4)} ms CPU`)
    figures[`${figure}_p50_ms`] = rounded(quantile(times, 0.5))
    if (Number.isFinite(cpuMs)) figures[`${figure}_cpu_ms`] = rounded(cpuMs)
  }
  return { figures, goals }
}

export const bench: Bench = async ({ quick, seed }) => {
  const rows = quick ? 1_000_000 : 10_000_000
  const nowMs = Date.now()
  const dataDirectory = await mkdtemp(join(tmpdir(), 'bench-queries-'))
  const engine = await createEmbeddedClickHouse({ dataDirectory })
  const connect = (url: string, database: string): ClickHouse =>
    createClickHouse({ url: new URL(url), database, application: 'bench', requestTimeoutMs: 600_000 })
  const server = connect(engine.url, 'default')
  const [writer, reader] = [connect(engine.url, 'bench'), connect(engine.readerUrl, 'bench')]
  try {
    await migrate({ store: writer, server })
    const start = performance.now()
    await loadEvents(writer, { rows, nowMs, seed })
    const loadS = (performance.now() - start) / 1000
    await untilMerged(writer, quick ? 3_000 : 60_000)
    console.log(
      `\n${rows.toLocaleString('en')} events in ${loadS.toFixed(0)} s; each question ${repetitions} times${quick ? ' (quick: a tenth of the events that the goals are for)' : ''}`,
    )
    return await measure(writer, reader, { nowMs, pid: engine.pid() })
  } finally {
    for (const store of [writer, reader, server]) await store.close()
    await engine.close()
    await rm(dataDirectory, { recursive: true })
  }
}
