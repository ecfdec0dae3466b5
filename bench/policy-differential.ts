import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { type EvaluatorReason, evaluatorReasons } from '@mcp-sentinel/policy'
import type { Difference } from '../packages/policy/src/law-tests/differential.ts'
import type { Bench } from './report.ts'

export interface Part {
  readonly pairs: number
  readonly seed: number
}

export interface Found {
  readonly differences: readonly Difference[]
  readonly reasons: ReadonlyMap<string, number>
}

/** No document leads to it: every ceiling is at least `low`. */
const unreachable: EvaluatorReason = 'grant_without_trust'

const runPart = async (part: Part, onDone: (pairs: number) => void): Promise<Found> => {
  const worker = new Worker(new URL('./policy-differential/part.ts', import.meta.url), { workerData: part })
  let found: Found | undefined
  worker.on('message', (message: number | Found) => {
    if (typeof message === 'number') onDone(message)
    else found = message
  })
  await once(worker, 'exit')
  if (found === undefined) throw new Error(`The part from seed ${part.seed} ended without an answer`)
  return found
}

/** Prints each tenth of the way once. */
const createProgress = (pairs: number) => {
  let [done, tenths] = [0, 0]
  return (more: number): void => {
    done += more
    for (; tenths < Math.floor((done * 10) / pairs); tenths++)
      console.log(`  ${Math.round((pairs * (tenths + 1)) / 10).toLocaleString('en')} compared`)
  }
}

const countReasons = (parts: readonly Found[]): Map<string, number> => {
  const counts = new Map<string, number>()
  for (const { reasons } of parts)
    for (const [reason, count] of reasons) counts.set(reason, (counts.get(reason) ?? 0) + count)
  return counts
}

export const bench: Bench = async ({ quick, seed }) => {
  const pairs = quick ? 100_000 : 1_000_000
  console.log(
    `\nRandom documents, calls and instants from seed ${seed}; two threads, each its half of the seeds`,
  )
  console.log(
    'Each call is judged at two instants, with and without a recorder, by the evaluator and the reference',
  )
  const onDone = createProgress(pairs)
  const halves = [seed, seed + pairs / 2].map((start) => runPart({ pairs: pairs / 2, seed: start }, onDone))
  const parts = await Promise.all(halves)

  const reasons = countReasons(parts)
  const differences = parts.flatMap((part) => part.differences)
  console.log('\nHow often each reason was given')
  for (const [reason, count] of [...reasons].sort(([, a], [, b]) => b - a))
    console.log(`  ${reason.padEnd(26)} ${count.toLocaleString('en').padStart(9)}`)
  const unseen = Object.keys(evaluatorReasons).filter(
    (reason) => !reasons.has(reason) && reason !== unreachable,
  )
  console.log(unseen.length === 0 ? '  all that can be' : `  never: ${unseen.join(', ')}`)
  const [first] = differences
  if (first)
    console.log(
      `\nThe first difference, found again with --seed ${first.seed}\n${JSON.stringify(first, null, 2)}`,
    )
  return {
    figures: { seed, pairs: sumOf(reasons), differences: differences.length, reasons_seen: reasons.size },
    goals: { differences: '== 0', reasons_seen: `== ${Object.keys(evaluatorReasons).length - 1}` },
    failed: differences.length > 0,
  }
}

const sumOf = (counts: ReadonlyMap<string, number>): number => [...counts.values()].reduce((a, b) => a + b, 0)
