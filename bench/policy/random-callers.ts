import {
  type CompiledPolicy,
  compile,
  evaluate,
  type PolicyDocument,
  type PolicyRequest,
} from '@mcp-sentinel/policy'
import { nsPerCall } from '../measure.ts'
import { type Figures, type Options, rounded } from '../report.ts'
import {
  agentName,
  mixedCall,
  mixedRules,
  noon,
  plainCall,
  plainRules,
  shuffled,
  toolName,
} from './documents.ts'
import { evaluateEach, forget, justRead } from './loops.ts'

const grants = 100_000

interface Case {
  readonly figure: string
  readonly about: string
  readonly document: PolicyDocument
  readonly callOf: (caller: number) => PolicyRequest
}

const cases = (): readonly Case[] => {
  const mixed = mixedRules(grants)
  return [
    {
      figure: 'random_caller',
      about: 'agent; every grant is for an agent',
      document: plainRules(grants),
      callOf: (caller) => plainCall(agentName(caller), toolName(caller)),
    },
    {
      figure: 'random_caller_mixed',
      about: 'human, agent, team; grants of three shapes',
      document: { ...mixed, sessions: [] },
      callOf: (caller) => mixedCall(caller, false),
    },
    {
      figure: 'random_caller_mixed_session',
      about: 'the same and one of 100,000 sessions',
      document: mixed,
      callOf: (caller) => mixedCall(caller, true),
    },
  ]
}

/** Callers who each come once, so that no verdict is kept and little is in a cache. */
export const randomCallers = (options: Options): Figures => {
  console.log('\nA random caller among 100,000 grants, strings just read, each caller once; in ns')
  console.log('  (floor: the same strings looked up in plain Maps of the same sizes, and nothing decided)')
  console.log(`  ${''.padEnd(44)}      us   floor`)
  return Object.assign({}, ...cases().map((one) => measureCase(one, options)))
}

const measureCase = ({ figure, about, document, callOf }: Case, { quick, seed }: Options): Figures => {
  const policy = compile(document)
  const order = shuffled(grants, seed)
  const rounds = quick ? 3 : 15
  const kept = keptVerdicts(policy, order.map(callOf))
  // Among so many callers now and then two share a mark, and one verdict of 100,000 changes no figure.
  if (kept > grants / 1000)
    throw new Error(`${kept} verdicts were not made but remembered: this would flatter`)
  const loop = justRead(order, callOf, evaluateEach.bind(undefined, policy))
  const prepare = (at: number): void => {
    // Two callers that share a mark would else find each other's pass behind them. This is not timed.
    if (at === 0) forget(policy)
    loop.prepare?.(at)
  }
  const ns = nsPerCall({ ...loop, prepare }, rounds)
  const floorNs = nsPerCall(justRead(order, callOf, plainLookUps(policy)), rounds)
  console.log(`  ${about.padEnd(44)} ${ns.toFixed(0).padStart(7)} ${floorNs.toFixed(0).padStart(7)}`)
  return { [`${figure}_ns`]: rounded(ns), [`${figure}_floor_ns`]: rounded(floorNs) }
}

/** How many verdicts the memo gives again on a second pass: the very same object. */
const keptVerdicts = (policy: CompiledPolicy, requests: readonly PolicyRequest[]): number => {
  const first = requests.map((request) => evaluate(policy, request, noon))
  forget(policy)
  return requests.filter((request, at) => evaluate(policy, request, noon) === first[at]).length
}

/** What memory alone costs: every name hashed and found, and nothing made of it. */
const plainLookUps = ({ grants, targets, sessions }: CompiledPolicy) => {
  const humans = new Map(grants.humans)
  const agents = new Map(grants.agents)
  const teams = new Map(grants.teams)
  const tools = new Map(targets)
  const bySession = new Map([...sessions].map(([name, { id }]) => [name, id]))
  const found = (names: ReadonlyMap<string, number>, name: string | undefined): number =>
    name === undefined ? 0 : (names.get(name) ?? 0)
  return (requests: readonly PolicyRequest[]): number => {
    let sum = 0
    for (const { human, agent, team, target, session } of requests)
      sum +=
        found(humans, human) +
        found(agents, agent) +
        found(teams, team) +
        found(tools, target) +
        found(bySession, session)
    return sum
  }
}
