import { compile } from '@mcp-sentinel/policy'
import { nsPerCall } from '../measure.ts'
import { type Figures, type Options, rounded } from '../report.ts'
import { mixedCall, mixedRules, shuffled } from './documents.ts'
import { evaluateEach, justRead } from './loops.ts'

const calls = 100_000

/** Callers who come back, so that their verdict is kept. */
export const repeatedCallers = ({ quick, seed }: Options): Figures => {
  const policy = compile(mixedRules(1_000))
  const rounds = quick ? 9 : 31
  const callers = shuffled(1_000, seed).slice(0, 100)
  const callOf = (caller: number) => mixedCall(caller, true)
  const hundred = callers.map(callOf)
  const inTurn = Array.from({ length: calls }, (_, call) => call % 100)
  const same = inTurn.map(() => hundred[0] ?? callOf(0))
  const many = inTurn.map((at) => hundred[at] ?? callOf(0))
  const order = inTurn.map((at) => callers[at] ?? 0)
  const evaluateAll = evaluateEach.bind(undefined, policy)

  const sameNs = nsPerCall({ calls, run: () => evaluateAll(same) }, rounds)
  const manyNs = nsPerCall({ calls, run: () => evaluateAll(many) }, rounds)
  const readNs = nsPerCall(justRead(order, callOf, evaluateAll), rounds)
  console.log('\nA caller who comes back; 1,000 grants of three shapes; human, agent, team and session')
  console.log(`  the same caller                   ${sameNs.toFixed(1).padStart(8)} ns`)
  console.log(`  100 callers in turn               ${manyNs.toFixed(1).padStart(8)} ns`)
  console.log(`  … whose strings were just read    ${readNs.toFixed(1).padStart(8)} ns`)
  return {
    repeated_caller_ns: rounded(sameNs),
    repeated_100_callers_ns: rounded(manyNs),
    repeated_100_callers_just_read_ns: rounded(readNs),
  }
}
