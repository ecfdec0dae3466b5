import type { Guards } from '@mcp-sentinel/fixture-servers/v2'
import { inProcess } from './in-process.ts'
import { startSidecar } from './sidecar.ts'
import { startTransparentProxy } from './transparent-proxy.ts'

/** What the suite is run through: something before the server at `url`, or in the server itself. */
export interface Target {
  readonly name: string
  start?(url: string): Promise<{ readonly url: string; close(): Promise<void> }>
  readonly guards?: Guards
  /** Checks that must come out otherwise than they do directly; none, for anything that is worth having. */
  readonly mustDiffer?: readonly string[]
}

/** Each must give the same results, check by check, as when nobody is between. */
export const targets: readonly Target[] = [
  { name: 'transparent proxy', start: startTransparentProxy() },
  { name: 'sidecar', start: startSidecar },
  ...inProcess,
  {
    // Broken on purpose, so that every run shows that a difference is seen.
    name: 'proxy that rewrites Host',
    start: startTransparentProxy({ rewritesHost: true }),
    mustDiffer: ['dns-rebinding-protection:localhost-host-rebinding-rejected'],
  },
]
