import { ApiError } from '@mcp-sentinel/contract/client'

const askAgainMs = 5_000
const askAgainMsMax = 300_000

interface Asked {
  readonly state: { readonly error: unknown }
}

/** How long to wait after a failure that may pass by itself; undefined where asking again is of no use. */
export const waitAfter = (error: unknown): number | undefined => {
  if (!(error instanceof ApiError)) return undefined
  const mayPass = error.status === 0 || error.status >= 500 || [401, 408, 429].includes(error.status)
  if (!mayPass) return undefined
  // Whoever says when is believed, within reason.
  const toldMs = error.retryAfterS === undefined ? askAgainMs : error.retryAfterS * 1000
  return Math.min(askAgainMsMax, Math.max(askAgainMs, toldMs))
}

/** What is shown is asked for anew every so often, or only where it could not be had. */
export const every =
  (ms: number | false) =>
  ({ state: { error } }: Asked): number | false =>
    error === null ? ms : (waitAfter(error) ?? ms)
