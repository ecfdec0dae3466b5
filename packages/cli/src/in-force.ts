import { setTimeout as wait } from 'node:timers/promises'

/** Of a gateway: which policy it judges by, or why not by another. */
interface Status {
  readonly revision: string
  readonly last_reload_error?: string
}

export interface InForceOptions {
  readonly statusUrl: string
  readonly revision: string
  readonly withinMs: number
  /** There is another by now, so that nobody may ever see this one. */
  readonly isPast: () => boolean
}

/**
 * When a gateway was seen to judge by a policy, in epoch milliseconds; undefined when it is past before that. Rejects
 * with why it does not.
 */
export const inForce = async (options: InForceOptions): Promise<number | undefined> => {
  const { statusUrl, revision, withinMs, isPast } = options
  let why = ''
  for (const deadline = Date.now() + withinMs; Date.now() < deadline; await wait(2)) {
    const status = await statusOf(statusUrl)
    if (status?.revision === revision) return Date.now()
    if (isPast()) return undefined
    why = status?.last_reload_error ?? 'the sidecar does not answer'
  }
  throw new Error(why)
}

const statusOf = async (url: string): Promise<Status | undefined> => {
  try {
    return (await (await fetch(url)).json()) as Status
  } catch {
    return undefined
  }
}
