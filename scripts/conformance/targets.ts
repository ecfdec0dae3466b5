import { inProcess } from './in-process.ts'
import { startSidecar } from './sidecar.ts'
import type { Target } from './target.ts'
import { startTransparentProxy } from './transparent-proxy.ts'

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
