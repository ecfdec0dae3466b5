import { setTimeout as wait } from 'node:timers/promises'
import type { ApiCode } from '@mcp-sentinel/contract'
import type { EngineOptions, Engines } from './engines.ts'

interface EngineState {
  readonly status: 'ok' | 'unavailable' | 'not_configured'
  /** What endpoints that need it answer; left out where they can. */
  readonly code?: ApiCode
}

type EngineName = 'analytics' | 'accounts' | 'resources' | 'workloads' | 'live_tail'

/** How each engine is: by its name, and never by where it is or what it said. */
type EngineHealth = () => Promise<Readonly<Record<EngineName, EngineState>>>

/** However many ask. */
const lookEveryMs = 2_000
/** Whoever asks whether the process answers waits no longer for an engine that does not. */
const patienceMs = 500

export const createEngineHealth = (
  { store, log, accounts, resources, workloads }: EngineOptions,
  { live, clock }: Pick<Engines, 'live' | 'clock'>,
): EngineHealth => {
  /** There is none by this name; to be told so takes an answer. */
  const nobody = '00000000-0000-0000-0000-000000000000'
  const nothing = { namespace: 'default', name: 'none' }
  const looks: Readonly<Record<EngineName, Look | undefined>> = {
    analytics: store && (() => store.ask('SELECT 1')),
    accounts: accounts && (() => accounts.names.of([nobody])),
    resources: resources && (() => resources.get('MCPServer', nothing)),
    workloads: workloads && (() => workloads.namespaces.list()),
    // To listen to the log takes more than a look: what became of the last who wanted to is told.
    live_tail:
      log &&
      store &&
      (async () => {
        if (live().isAway()) throw new Error('nobody could listen')
      }),
  }
  const names = Object.keys(looks) as readonly EngineName[]
  const states = names.map((name): readonly [EngineName, () => Promise<EngineState>] => {
    const look = looks[name]
    const code = codes[name]
    if (look === undefined) return [name, async () => ({ status: 'not_configured', code })]
    const answers = createProbe(look, clock)
    return [name, async () => ((await answers()) ? { status: 'ok' } : { status: 'unavailable', code })]
  })
  return async () =>
    Object.fromEntries(
      await Promise.all(states.map(async ([name, state]) => [name, await state()] as const)),
    ) as Awaited<ReturnType<EngineHealth>>
}

type Look = () => Promise<unknown>

const codes: Readonly<Record<EngineName, ApiCode>> = {
  analytics: 'analytics_unavailable',
  accounts: 'platform_unavailable',
  resources: 'resources_unavailable',
  workloads: 'workloads_unavailable',
  live_tail: 'analytics_unavailable',
}

/** Whether an engine answers. One that hangs is asked no second time meanwhile, and is away for as long. */
const createProbe = (look: Look, clock: () => number): (() => Promise<boolean>) => {
  let isThere = false
  let lookedAt = Number.NEGATIVE_INFINITY
  let looking: Promise<void> | undefined
  const lookAgain = async (): Promise<void> => {
    isThere = await look().then(
      () => true,
      () => false,
    )
    lookedAt = clock()
    looking = undefined
  }
  return async () => {
    if (clock() - lookedAt >= lookEveryMs) looking ??= lookAgain()
    if (looking === undefined) return isThere
    const isLate = await Promise.race([looking, wait(patienceMs, true, { ref: false })])
    return isLate !== true && isThere
  }
}
