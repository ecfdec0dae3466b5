interface Observed {
  readonly key: string
  readonly status: string
}

/** A restart that was asked for, as far as it can be told from how its components are. */
export interface Restart {
  /** In their order. */
  readonly keys: readonly string[]
  /** Those that were seen not to be ready since then. */
  readonly away: readonly string[]
  /** Since when all of them have been ready; epoch milliseconds. */
  readonly quietSinceMs: number | undefined
  readonly isOver: boolean
}

export type Step = 'waiting' | 'restarting' | 'back'

/** One that is back sooner than it is looked at is never seen away: so long all have to be ready to be believed. */
const quietMs = 8000

export const begun = (keys: readonly string[]): Restart => ({
  keys,
  away: [],
  quietSinceMs: undefined,
  isOver: keys.length === 0,
})

export const observed = (restart: Restart, components: readonly Observed[], nowMs: number): Restart => {
  if (restart.isOver) return restart
  const ready = new Set(components.filter(isSettled).map(({ key }) => key))
  const gone = restart.keys.filter((key) => !ready.has(key))
  const away = restart.keys.filter((key) => gone.includes(key) || restart.away.includes(key))
  const quietSinceMs = gone.length > 0 ? undefined : (restart.quietSinceMs ?? nowMs)
  const isOver =
    quietSinceMs !== undefined && (away.length === restart.keys.length || nowMs - quietSinceMs >= quietMs)
  return { keys: restart.keys, away, quietSinceMs, isOver }
}

/** Of one that nobody wants to run nothing is waited for. */
const isSettled = ({ status }: Observed): boolean => status === 'Ready' || status === 'NotDeployed'

/** How far each is. They take turns, so that those before one that was away have had theirs. */
export const stepOf = ({ keys, away, isOver }: Restart, { key, status }: Observed): Step | undefined => {
  const at = keys.indexOf(key)
  if (at === -1) return undefined
  if (status !== 'Ready' && status !== 'NotDeployed') return away.includes(key) ? 'restarting' : 'waiting'
  return isOver || keys.slice(at).some((later) => away.includes(later)) ? 'back' : 'waiting'
}
