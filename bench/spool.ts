import { type Bench, rounded } from './report.ts'
import { partsNs } from './spool/parts.ts'
import { intentRound, intentsPerS, type Measured, median, recordRound, type Waited } from './spool/rounds.ts'

const repeat = async <T>(rounds: number, round: () => Promise<T>): Promise<readonly T[]> => {
  const measured: T[] = []
  while (measured.length < rounds) measured.push(await round())
  return measured
}

const spread = (ratios: readonly number[]): string =>
  `ratio ${median(ratios).toFixed(2)} (${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)})`

const perS = (value: number): string => `${Math.round(value).toLocaleString('en')}/s`

export const bench: Bench = async ({ quick }) => {
  const rounds = quick ? 3 : 7
  const roundMs = quick ? 700 : 1500
  console.log(`\nMedians of ${rounds} rounds, each beside its own floor`)

  await recordRound(roundMs)
  const records: readonly Measured[] = await repeat(rounds, () => recordRound(roundMs))
  const appends = median(records.map(({ perS }) => perS))
  const floor = median(records.map(({ floorPerS }) => floorPerS))
  const ratios = records.map(({ perS, floorPerS }) => perS / floorPerS)
  const cpuUs = median(records.map(({ cpuUs }) => cpuUs))
  const bytes = median(records.map(({ eventBytes }) => eventBytes))
  console.log(
    `  best effort, ${Math.round(bytes)} bytes each  ${perS(appends)}, plain writes ${perS(floor)}, ${spread(ratios)}`,
  )
  console.log(`    ${cpuUs.toFixed(1)} µs of CPU a record, the disk's syncs included`)
  for (const [name, ns] of Object.entries(partsNs(rounds)))
    console.log(`    ${name.padEnd(36)}${(ns / 1000).toFixed(2).padStart(6)} µs`)

  // First, so that it warms up what the lone caller is timed with.
  const many = median(await repeat(rounds, () => intentsPerS(64, roundMs)))
  const waits: readonly Waited[] = await repeat(rounds, () => intentRound(quick ? 300 : 1000))
  const waitRatios = waits.map(({ p50Us, floorP50Us }) => p50Us / floorP50Us)
  const p50 = median(waits.map(({ p50Us }) => p50Us))
  const floorP50 = median(waits.map(({ floorP50Us }) => floorP50Us))
  console.log(
    `  required, 1 caller: p50 ${Math.round(p50)} µs, write and fdatasync ${Math.round(floorP50)} µs, ${spread(waitRatios)}`,
  )
  console.log(`  required, 64 callers: ${perS(many)}`)

  return {
    figures: {
      best_effort_appends_per_s: rounded(appends),
      best_effort_vs_floor: rounded(median(ratios)),
      best_effort_cpu_us: rounded(cpuUs),
      required_p50_us: rounded(p50),
      required_p50_vs_fdatasync: rounded(median(waitRatios)),
      required_64_callers_per_s: rounded(many),
    },
    goals: { best_effort_appends_per_s: '>= 200000', required_p50_vs_fdatasync: '<= 1.2' },
  }
}
