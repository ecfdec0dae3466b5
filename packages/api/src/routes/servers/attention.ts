import { setImmediate as turn } from 'node:timers/promises'
import type { Endpoints } from '@mcp-sentinel/contract'
import type { Engines } from '../../engines.ts'
import { attentionOf } from '../../governance/attention.ts'
import { keyOf, order } from '../../governance/paging.ts'
import { policyInForce } from '../../governance/policy-in-force.ts'
import { standingOn } from '../../governance/server-readers.ts'
import { inTurns } from '../../in-turns.ts'
import type { LiveInventories } from '../../live-inventory/live-inventories.ts'
import { may } from '../../permit.ts'
import { own, type Route } from '../../serving/route.ts'

/** Fewer than there are policies kept, so that who asks again has them rendered only where they changed. */
const lookedAtMax = 200
const listedMax = 100

export const attentionRoute = (
  engines: Engines,
  { inventories, liveMax }: { readonly inventories: LiveInventories; readonly liveMax: number },
): Route<Endpoints['servers']['attention']> => ({
  action: 'server.read',
  on: () => own,
  handle: async ({ caller, query: { namespace, live }, signal }) => {
    const { items } = await engines.resources().list('MCPServer', namespace)
    const visible = items
      .filter((one) => may(caller, 'server.read', standingOn(caller, one)))
      .sort((a, b) => order(keyOf(a), keyOf(b)))
    const looked = visible.slice(0, lookedAtMax)
    const asked = live ? Math.min(liveMax, looked.length) : 0
    const found = await inTurns(looked, async (one, at) => {
      // To render a policy takes its time; others have theirs between two.
      await turn()
      const [policy, answer] = await Promise.all([
        may(caller, 'policy.read', standingOn(caller, one))
          ? (engines.policies().current(keyOf(one)) ?? policyInForce(engines, keyOf(one), signal))
          : undefined,
        at < asked ? inventories.of(one) : undefined,
      ])
      return attentionOf(one, { policy, live: answer })
    })
    const servers = found.filter((one) => one !== undefined)
    return {
      servers: servers.slice(0, listedMax),
      visible: visible.length,
      looked_at: looked.length,
      asked,
      truncated: servers.length > listedMax,
    }
  },
})
