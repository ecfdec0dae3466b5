import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  createSessionIds,
  createSidecar,
  createUpstream,
  createUpstreamCredential,
} from '@mcp-sentinel/gateway'
import { createGateway, type GatewayOptions } from '@mcp-sentinel/gateway-middleware'
import { everything } from './everything.ts'
import type { Target } from './target.ts'

export type Judging = Pick<GatewayOptions, 'policy' | 'identify' | 'denial'>

/** The sidecar in this process. */
export const sidecarWith =
  ({ policy, identify, denial }: Judging): NonNullable<Target['start']> =>
  async (upstream) => {
    const { origin, pathname } = new URL(upstream)
    const sessionIds = createSessionIds([{ kid: 'k1', key: randomBytes(32) }])
    const gateway = await createGateway({
      policy,
      identify,
      record: () => {},
      denial,
      ownsSession: (caller, session) => sessionIds.unseal(caller, session) !== undefined,
    })
    const onward = createUpstream({
      origin,
      connectTimeoutMs: 1_000,
      headTimeoutMs: 60_000,
      idleTimeoutMs: 60_000,
    })
    const sidecar = createSidecar({
      gateway,
      upstream: onward,
      sessionIds,
      credential: createUpstreamCredential({}),
    })
    const server = createServer((req, res) => void sidecar.handle(req, res))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return {
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${pathname}`,
      close: async () => {
        const closed = once(server, 'close')
        server.close()
        server.closeAllConnections()
        await closed
        await onward.close()
        await gateway.close()
      },
    }
  }

/** With a policy that lets everything pass and looks into every answer for lists. */
export const startSidecar: NonNullable<Target['start']> = sidecarWith({
  policy: everything(),
  identify: () => ({ ok: true, caller: { agent: 'suite' } }),
  denial: 'http',
})
