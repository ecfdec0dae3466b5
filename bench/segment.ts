import { type Bench, rounded } from './report.ts'
import { appendRound, type Measured, readRound } from './segment/rounds.ts'

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN

const perS = (value: number): string => `${Math.round(value).toLocaleString('en')}/s`.padStart(14)

export const bench: Bench = async ({ quick }) => {
  const rounds = quick ? 3 : 7
  const roundMs = quick ? 500 : 1500
  const figures: Record<string, number> = {}
  console.log(`\nAppends of 500 bytes; medians of ${rounds} rounds, each followed by its own floor`)

  for (const [kind, writers] of [
    ['durable', 1],
    ['durable', 64],
    ['durable', 1000],
    ['best_effort', 1000],
  ] as const) {
    const round = { writers, durable: kind === 'durable', roundMs }
    await appendRound({ ...round, roundMs: roundMs / 4 })
    const measured: Measured[] = []
    while (measured.length < rounds) measured.push(await appendRound(round))
    const ratios = measured.map(({ appendsPerS, floorPerS }) => appendsPerS / floorPerS)
    const appends = median(measured.map(({ appendsPerS }) => appendsPerS))
    const floor = median(measured.map(({ floorPerS }) => floorPerS))
    const spread = `${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)}`
    console.log(
      `  ${kind.padEnd(12)}${String(writers).padStart(5)} writers ${perS(appends)}, floor ${perS(floor)}, ratio ${median(ratios).toFixed(2)} (${spread})`,
    )
    const name = kind === 'durable' ? `durable_${writers}` : kind
    figures[`${name}_appends_per_s`] = rounded(appends)
    figures[`${name}_vs_floor`] = rounded(median(ratios))
  }

  const frames = quick ? 200_000 : 1_000_000
  const reads: number[] = []
  while (reads.length < 3) reads.push(await readRound(frames))
  console.log(`  read one after the other         ${perS(median(reads))}`)
  figures['read_frames_per_s'] = rounded(median(reads))
  return {
    figures,
    goals: { best_effort_appends_per_s: '>= 200000', durable_1000_vs_floor: '>= 0.8' },
  }
}
