import { headerIdentity } from '@mcp-sentinel/gateway-middleware/adapters/header-identity'
import { type Judging, sidecarWith } from '../conformance/sidecar.ts'
import type { Target } from '../conformance/target.ts'
import { refusingPolicy } from './refusing-policy.ts'

/** What stands between client and server, and what then becomes of a call that a policy may refuse. */
export interface Arrangement extends Target {
  /** Whether the client finds `erase` in the list. */
  readonly listed: boolean
  /** Whether the server carries it out. */
  readonly permitted: boolean
  /** What the client is told. */
  readonly denied: RegExp
}

const sidecar = (denial: Judging['denial'], listing: 'all' | 'permitted', denied: RegExp): Arrangement => ({
  name: `sidecar that refuses, told as ${denial}; lists are of ${listing}`,
  start: sidecarWith({ policy: refusingPolicy(listing), identify: headerIdentity(), denial }),
  listed: listing === 'all',
  permitted: false,
  denied,
})

const refused = 'Refused: this tool is denied to this caller'

export const arrangements: readonly Arrangement[] = [
  { name: 'direct', listed: true, permitted: true, denied: /^erased$/ },
  // The Inspector looks into the list before it calls, and says by itself that there is no such tool.
  sidecar('tool-result', 'permitted', new RegExp(`^isError: ${refused}|tool_not_found`)),
  sidecar('tool-result', 'all', new RegExp(`^isError: ${refused}`)),
  sidecar('jsonrpc', 'all', new RegExp(`^error: .*${refused}`)),
  sidecar('http', 'all', new RegExp(`^error: .*(${refused}|auth_required)`)),
]
