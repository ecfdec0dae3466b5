import type { Child } from '../pipeline/child.ts'
import type { Load, Round } from './load.ts'

/** Something that answers calls, in a process of its own. */
export interface Seat {
  readonly url: string
  /** Of its process since it began, in µs. */
  readonly cpuUs: () => Promise<number>
  readonly close: () => Promise<void>
}

/** One round through a seat. */
export interface Measured {
  readonly requests: number
  readonly perS: number
  readonly p50Us: number
  /** Of the seat's process, a request. */
  readonly cpuUs: number
}

export interface Rounds<Name extends string> {
  /** The first is what the others are compared with. */
  readonly seats: Readonly<Record<Name, Pick<Seat, 'url' | 'cpuUs'>>>
  readonly load: Child<unknown>
  readonly rounds: number
  readonly warmUpMs: number
  readonly how: Omit<Round, 'url'>
}

export type Series<Name extends string> = Readonly<Record<Name, readonly Measured[]>>

export interface Turns<Name extends string> {
  readonly series: Series<Name>
  /** All that were asked of each, warming up too. */
  readonly calls: Readonly<Record<Name, number>>
}

/** All seats are warmed up, then each has its turn in every round: what is compared was measured within seconds. */
export const inTurn = async <Name extends string>(of: Rounds<Name>): Promise<Turns<Name>> => {
  const { seats, load, rounds, warmUpMs, how } = of
  const names = Object.keys(seats) as Name[]
  const perName = <T>(make: () => T) =>
    Object.fromEntries(names.map((name) => [name, make()])) as Record<Name, T>
  const series = perName<Measured[]>(() => [])
  const calls = perName(() => 0)
  const once = async (name: Name, durationMs: number): Promise<Measured> => {
    const { url, cpuUs } = seats[name]
    const before = await cpuUs()
    const { requests, seconds, p50Us } = await load.ask<Load>({ ...how, url, durationMs })
    calls[name] += requests
    return { requests, perS: requests / seconds, p50Us, cpuUs: ((await cpuUs()) - before) / requests }
  }
  if (warmUpMs > 0) for (const name of names) await once(name, warmUpMs)
  for (let round = 0; round < rounds; round++)
    // Whoever is always first would always have the same neighbours.
    for (const name of round % 2 === 0 ? names : names.toReversed())
      series[name].push(await once(name, how.durationMs))
  return { series, calls }
}

export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? Number.NaN)
    : ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2
}

/** Of two series, round by round. */
export const compared = (
  ours: readonly Measured[],
  theirs: readonly Measured[],
  how: (one: Measured, reference: Measured) => number,
): readonly number[] => ours.map((one, round) => how(one, theirs[round] as Measured))

export const added = (key: 'cpuUs' | 'p50Us') => (one: Measured, reference: Measured) =>
  one[key] - reference[key]
export const rateRatio = (one: Measured, reference: Measured): number => one.perS / reference.perS

export const spread = (values: readonly number[], digits = 2): string =>
  `${median(values).toFixed(digits)} (${Math.min(...values).toFixed(digits)} to ${Math.max(...values).toFixed(digits)})`

export const tell = (name: string, all: readonly Measured[]): void => {
  const perS = Math.round(median(all.map((one) => one.perS))).toLocaleString('en')
  const p50Us = median(all.map((one) => one.p50Us)).toFixed(0)
  const cpuUs = spread(
    all.map((one) => one.cpuUs),
    1,
  )
  console.log(`  ${name.padEnd(22)}${perS.padStart(8)}/s, p50 ${p50Us.padStart(5)} µs, CPU ${cpuUs} µs`)
}
