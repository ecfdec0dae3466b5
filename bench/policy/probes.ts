import { fork } from 'node:child_process'
import { once } from 'node:events'
import { type Figures, type Options, rounded } from '../report.ts'
import type { Count } from './probe-counter.ts'

const countAt = async (grants: number, seed: number): Promise<Count> => {
  const counter = new URL('./probe-counter.ts', import.meta.url)
  const child = fork(counter, [String(grants), String(seed)], {
    execArgv: [...process.execArgv, '--no-opt', '--no-maglev'],
  })
  let count: Count | undefined
  child.on('message', (message) => {
    count = message as Count
  })
  await once(child, 'close')
  if (count === undefined) throw new Error(`The counter for ${grants} grants ended without an answer`)
  return count
}

export const countProbes = async ({ seed }: Options): Promise<Figures> => {
  console.log('\nCounted by the engine, not timed: the most that one of 64 evaluations did')
  console.log(['grants', 'probes', 'steps', 'places a look-up'].map((cell) => cell.padStart(18)).join(''))
  const figures: Record<string, number> = {}
  for (const grants of [100, 10_000, 100_000]) {
    const { probes, steps, places, lookUps } = await countAt(grants, seed)
    figures[`probes_at_${grants}`] = probes
    figures[`steps_at_${grants}`] = steps
    figures[`places_per_lookup_at_${grants}`] = rounded(places / lookUps)
    const cells = [grants.toLocaleString('en'), probes, steps, (places / lookUps).toFixed(2)]
    console.log(cells.map((cell) => String(cell).padStart(18)).join(''))
  }
  console.log('  probes: look-ups in Maps and in the table of subjects, and grants consulted')
  console.log('  steps: functions entered, and turns of what loops in them, the table of subjects apart')
  console.log('  places: of that table, a hash table, looked at on average')
  return figures
}
