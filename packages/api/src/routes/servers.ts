import type { Endpoints } from '@mcp-sentinel/contract'
import type { MCPServer, ObjectKey } from '@mcp-sentinel/resources'
import type { Actor } from '../accounts/context.ts'
import type { Caller } from '../caller.ts'
import type { Engines } from '../engines.ts'
import { given } from '../governance/items.ts'
import { idOf, keyOf, pageOf } from '../governance/paging.ts'
import { namespaceFor, publish, publisherIn } from '../governance/publish.ts'
import { publishPolicyOf } from '../governance/publish-policy.ts'
import { getResource } from '../governance/resource.ts'
import { serverItem } from '../governance/server-item.ts'
import { isListedTo, isOpenTo, knowsAll } from '../governance/server-readers.ts'
import { isWanted, toolRows } from '../governance/tool-rows.ts'
import { inTurns } from '../in-turns.ts'
import { driftOf, toldLive } from '../live-inventory/drift.ts'
import { createLiveInventories } from '../live-inventory/live-inventories.ts'
import { unauthorized } from '../problems.ts'
import { standingOnServer } from '../server-standing.ts'
import type { Place } from '../serving/place.ts'
import { nobodys, type Routes } from '../serving/route.ts'
import { attentionRoute } from './servers/attention.ts'

const kind = 'MCPServer'
/** Servers that are asked themselves for one answer: each may take its time. */
const liveMax = 40

interface Asked {
  readonly caller: Caller
  readonly place: Place
}

export const serversRoutes = (engines: Engines): Routes<Endpoints['servers']> => {
  const { platform, clock, signer, serverUrlOf } = engines
  const inventories = createLiveInventories({ urlOf: serverUrlOf, signer, clock })
  const itemOf = (server: MCPServer, { caller, place }: Asked) =>
    serverItem(server, {
      now: clock(),
      baseUrl: platform.mcpBaseUrl ?? originOf(place),
      isWhole: knowsAll(caller, server),
    })
  const liveItemOf = async (server: MCPServer, asked: Asked, isLive: boolean) => {
    const item = itemOf(server, asked)
    return isLive ? { ...item, ...toldLive(await inventories.of(server)) } : item
  }
  const readAction = ({ caller, params }: { readonly caller: Caller; readonly params: ObjectKey }) =>
    isOpenTo(engines, caller, params.namespace) ? ('catalogue.read' as const) : ('server.read' as const)
  const onList = ({ caller }: { readonly caller: Caller }) => {
    if (caller.role === 'anonymous' && platform.mode !== 'public') throw unauthorized()
    return nobodys
  }
  const on = ({ caller, params }: { readonly caller: Caller; readonly params: ObjectKey }) =>
    standingOnServer(engines, caller, params)
  const changed = (
    actor: Actor,
    action: string,
    { before, after }: { readonly before: MCPServer | undefined; readonly after?: MCPServer },
  ) => {
    const key = keyOf((after ?? before) as MCPServer)
    return engines.changed(actor, {
      action,
      resource: `server/${idOf(key)}`,
      namespace: key.namespace,
      ...given({ before: before && withoutValues(before), after: after && withoutValues(after) }),
    })
  }

  return {
    list: {
      action: 'catalogue.read',
      on: onList,
      handle: async (call) => {
        const { caller, query } = call
        const { items, unreadable } = await engines.resources().list(kind)
        const visible = items.filter((one) => isListedTo(engines, caller, one, query.namespace))
        const { items: shown, ...end } = pageOf(visible, query)
        return {
          servers: await inTurns(shown, (one, at) => liveItemOf(one, call, query.live && at < liveMax)),
          publish_policy: publishPolicyOf(engines, caller, items),
          ...end,
          unreadable:
            caller.role === 'admin'
              ? unreadable
                  .filter(({ namespace }) => [undefined, namespace].includes(query.namespace))
                  .map((one) => ({ ...one, faults: [...one.faults] }))
              : [],
        }
      },
    },
    apply: {
      action: 'server.publish',
      on: ({ caller, body }) => publisherIn(engines, caller, namespaceFor(engines, caller, body)),
      handle: async (call) => {
        const { caller, actor, body } = call
        const key = { namespace: namespaceFor(engines, caller, body), name: body.name }
        const change = await publish(engines, caller, key, body)
        await changed(actor, 'server_publish', change)
        return { server: itemOf(change.after, call) }
      },
    },
    get: {
      action: readAction,
      on,
      handle: async (call) => {
        const server = await getResource(engines.resources(), kind, call.params)
        return { server: await liveItemOf(server, call, call.query.live) }
      },
    },
    inventory: {
      action: readAction,
      on,
      handle: async ({ params }) => {
        const server = await getResource(engines.resources(), kind, params)
        const live = await inventories.of(server)
        return { ...toldLive(live), ...given({ drift: driftOf(server, live) }) }
      },
    },
    tools: {
      action: 'catalogue.read',
      on: onList,
      handle: async (call) => {
        const { caller, query } = call
        const { items } = await engines.resources().list(kind, query.namespace)
        const visible = items
          .filter((one) => isListedTo(engines, caller, one, query.namespace))
          .filter((one) => query.server === undefined || one.metadata.name === query.server)
        const isLive = query.live || (query.drift ?? 'declared') !== 'declared'
        const rows = await inTurns(visible, async (one, at) =>
          toolRows(one, itemOf(one, call), isLive && at < liveMax ? await inventories.of(one) : undefined),
        )
        const wanted = rows.flat().filter((row) => isWanted(row, query))
        return { tools: wanted.slice(0, query.limit), truncated: wanted.length > query.limit }
      },
    },
    attention: attentionRoute(engines, { inventories, liveMax }),
    delete: {
      action: 'server.change',
      on,
      handle: async ({ actor, params, query }) => {
        const before = await getResource(engines.resources(), kind, params)
        await engines.resources().delete(kind, params, query.resourceVersion)
        await changed(actor, 'server_retire', { before })
        return { success: true, ...params }
      },
    },
    patch: {
      action: 'server.change',
      on,
      handle: async (call) => {
        const { actor, params, body } = call
        const { disabled, disabledTools, resourceVersion } = body
        const before = await getResource(engines.resources(), kind, params)
        const after = await engines.resources().patch(kind, params, {
          ...(resourceVersion === undefined ? {} : { metadata: { resourceVersion } }),
          spec: given({ disabled, policy: disabledTools && { disabledTools } }),
        })
        await changed(actor, 'server_switch', { before, after })
        const server = itemOf(after, call)
        return {
          success: true,
          ...params,
          disabled: server.disabled,
          disabledTools: server.disabledTools,
          server,
        }
      },
    },
  }
}

const originOf = ({ host, isHttps }: Place): string | undefined =>
  host !== undefined && /^[-a-zA-Z0-9.:[\]]{1,255}$/.test(host)
    ? `${isHttps ? 'https' : 'http'}://${host}`
    : undefined

/** What is written into variables may be a secret, and a record of changes is read by many. */
const withoutValues = ({ metadata, spec }: MCPServer) => ({
  ...given({ labels: metadata.labels }),
  ...spec,
  ...given({ envVars: spec.envVars?.map(({ name }) => ({ name, value: '[not recorded]' })) }),
})
