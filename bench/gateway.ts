import type { Load, Round } from './gateway/load.ts'
import { type Child, startChild } from './pipeline/child.ts'
import { type Bench, rounded } from './report.ts'

/** What stands between the load and the upstream, each in a process of its own that is told where the upstream is. */
const seats = [{ name: 'floor', script: new URL('./gateway/floor.ts', import.meta.url) }] as const

interface Ready {
  readonly url: string
}
interface Measured {
  readonly perS: number
  readonly p50Us: number
  /** Of the seat, a request. */
  readonly cpuUs: number
}

const connections = 32

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN

/** One round through a seat that is new, warmed up for a third of the time. */
const throughSeat = async (
  load: Child<unknown>,
  script: URL,
  upstream: string,
  durationMs: number,
): Promise<Measured> => {
  const seat = await startChild<Ready>(script, [upstream])
  try {
    const round: Round = { url: seat.ready.url, connections, durationMs }
    await load.ask<Load>({ ...round, durationMs: durationMs / 3 })
    const before = await seat.ask<{ cpuUs: number }>('cpu')
    const { requests, seconds, p50Us } = await load.ask<Load>(round)
    const after = await seat.ask<{ cpuUs: number }>('cpu')
    return { perS: requests / seconds, p50Us, cpuUs: (after.cpuUs - before.cpuUs) / requests }
  } finally {
    await seat.close()
  }
}

export const bench: Bench = async ({ quick }) => {
  const rounds = quick ? 3 : 7
  const durationMs = quick ? 1_500 : 3_000
  const stub = new URL('../fixtures/main.ts', import.meta.url)
  const upstream = await startChild<Ready>(stub, ['stub', '--calls-max', '0'])
  const load = await startChild(new URL('./gateway/load.ts', import.meta.url), [])
  const figures: Record<string, number> = {}
  const note = (name: string, all: readonly Measured[]): void => {
    const [perS, p50Us, cpuUs] = (['perS', 'p50Us', 'cpuUs'] as const).map((key) =>
      all.map((one) => one[key]),
    )
    if (!perS || !p50Us || !cpuUs) throw new Error('Nothing was measured')
    const cpu = `${median(cpuUs).toFixed(1)} µs CPU (${Math.min(...cpuUs).toFixed(1)} to ${Math.max(...cpuUs).toFixed(1)})`
    console.log(
      `  ${name.padEnd(10)}${Math.round(median(perS)).toLocaleString('en').padStart(8)}/s, p50 ${median(p50Us).toFixed(0)} µs, ${cpu}`,
    )
    figures[`${name}_rps`] = rounded(median(perS))
    figures[`${name}_p50_us`] = rounded(median(p50Us))
    figures[`${name}_cpu_us`] = rounded(median(cpuUs))
  }
  try {
    console.log(
      `\n${connections} connections, a plain upstream; medians of ${rounds} rounds, the seats in turn`,
    )
    const measured = new Map<string, Measured[]>(seats.map(({ name }) => [name, []]))
    for (let round = 0; round < rounds; round++)
      for (const { name, script } of seats)
        measured.get(name)?.push(await throughSeat(load, script, upstream.ready.url, durationMs))
    for (const [name, all] of measured) note(name, all)
  } finally {
    await load.close()
    await upstream.close()
  }
  return { figures, goals: {} }
}
