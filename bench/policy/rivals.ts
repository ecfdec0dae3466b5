import { type CompiledPolicy, compile, evaluate, type PolicyRequest } from '@mcp-sentinel/policy'
import { type Loop, nsPerCall } from '../measure.ts'
import { type Figures, type Options, rounded } from '../report.ts'
import { createCasbin } from './casbin.ts'
import { createCedar } from './cedar.ts'
import { agentName, noon, plainCall, plainRules, shuffled, toolName } from './documents.ts'
import type { Engine, Rule } from './engine.ts'

const createSentinel = (policy: CompiledPolicy): Engine<PolicyRequest> => ({
  name: 'mcp-sentinel',
  callOf: ({ agent, tool }) => plainCall(agent, tool),
  allows: (request) => evaluate(policy, request, noon).allowed,
})

/** Random agents, each asking once for the tool they may call and once for one they may not. */
const randomCalls = (rules: number, seed: number): Rule[] =>
  shuffled(rules * 2, seed).map((index) => {
    const agent = index >> 1
    return { agent: agentName(agent), tool: toolName(agent + (index & 1)) }
  })

/** Passes over prepared calls, which are all different; whoever remembers verdicts may be made to forget in between. */
const loopOf = <Call>(
  { callOf, allows }: Engine<Call>,
  rules: readonly Rule[],
  calls: number,
  beforePass: () => void = () => {},
): Loop => {
  const prepared = rules.map(callOf)
  const run = (): number => {
    let allowed = 0
    for (let call = 0, at = 0; call < calls; call++) {
      if (at === 0) beforePass()
      if (allows(prepared[at] as Call)) allowed++
      at = at + 1 === prepared.length ? 0 : at + 1
    }
    return allowed
  }
  return { calls, run }
}

/** Engines are compared only where they agree: on rules, on refusals, on strangers and on tools unheard of. */
const assertVerdicts = <Call>(
  { name, callOf, allows }: Engine<Call>,
  rules: number,
  sample: readonly Rule[],
): void => {
  const strangers = [
    { agent: 'stranger', tool: toolName(0) },
    { agent: agentName(0), tool: 'unheard-of' },
  ]
  for (const rule of [...sample, ...strangers]) {
    const agent = Number(rule.agent.slice('agent-'.length))
    const expected = agent < rules && rule.tool === toolName(agent)
    if (allows(callOf(rule)) !== expected)
      throw new Error(`${name} should ${expected ? 'allow' : 'refuse'} ${rule.agent} ${rule.tool}`)
  }
}

/** Calls in one round: enough for a clock, few enough for the slow. */
const rivalCalls = { 10: 2_000, 1000: 200, 10000: 20 } as const
type Size = keyof typeof rivalCalls

const measureSize = async (rules: Size, { quick, seed }: Options): Promise<Figures> => {
  const [cedar, casbin] = [createCedar(rules), await createCasbin(rules)]
  const policy = compile(plainRules(rules))
  const sentinel = createSentinel(policy)
  const calls = randomCalls(rules, seed)
  const sample = calls.slice(0, rivalCalls[rules])
  assertVerdicts(cedar, rules, sample)
  assertVerdicts(casbin, rules, sample)
  assertVerdicts(sentinel, rules, sample)
  const few = rivalCalls[rules]
  const rounds = quick ? 3 : 9
  const cedarNs = nsPerCall(loopOf(cedar, calls, few), rounds)
  const casbinNs = nsPerCall(loopOf(casbin, calls, few * 5), rounds)
  const memolessNs = nsPerCall(
    loopOf(sentinel, calls, 100_000, () => policy.memo.entries.fill(undefined)),
    rounds * 3,
  )
  const sentinelNs = nsPerCall(loopOf(sentinel, calls, 100_000), rounds * 3)
  const cells = [cedarNs, casbinNs, memolessNs, sentinelNs].map((ns) => Math.round(ns).toLocaleString('en'))
  console.log([rules.toLocaleString('en'), ...cells].map((cell) => cell.padStart(14)).join(''))
  return {
    [`cedar_${rules}_ns`]: rounded(cedarNs),
    [`casbin_${rules}_ns`]: rounded(casbinNs),
    [`sentinel_${rules}_ns`]: rounded(memolessNs),
    [`sentinel_${rules}_with_memo_ns`]: rounded(sentinelNs),
    [`ratio_cedar_${rules}`]: rounded(cedarNs / memolessNs),
    [`ratio_casbin_${rules}`]: rounded(casbinNs / memolessNs),
  }
}

export const againstRivals = async (options: Options): Promise<Figures> => {
  console.log(
    '\nThe same rules elsewhere: "agent X may call tool Y", half the calls allowed, in ns per call.',
  )
  console.log(
    'Cedar: wasm, policies parsed beforehand. casbin: enforceSync of its CommonJS build, its quickest.',
  )
  console.log(
    'Ratios are taken from us without our memo, which is cleared (that is timed too) before calls come again.',
  )
  console.log(['rules', 'Cedar', 'casbin', 'us, no memo', 'us'].map((cell) => cell.padStart(14)).join(''))
  const figures: Figures[] = []
  for (const rules of [10, 1_000, 10_000] as const) figures.push(await measureSize(rules, options))
  return Object.assign({}, ...figures)
}
