import type { BodyOf, Endpoints } from '@mcp-sentinel/contract'
import type { MCPAccessGrant, ObjectKey } from '@mcp-sentinel/resources'
import type { Actor } from '../accounts/context.ts'
import type { Caller } from '../caller.ts'
import type { Engines } from '../engines.ts'
import { changedAccess, deleteAccess, listAccess, switchAccess, tellAccess } from '../governance/access.ts'
import { referredServer, type Subject, subjectFor } from '../governance/access-body.ts'
import { refuseShared, standingOnAccess } from '../governance/administered.ts'
import { grantItem } from '../governance/items.ts'
import { getResource, keep, putResource, refuseOtherServer } from '../governance/resource.ts'
import { standingOnServer } from '../server-standing.ts'
import type { Routes } from '../serving/route.ts'

const kind = 'MCPAccessGrant'
type ApplyBody = BodyOf<Endpoints['grants']['apply']>

export const grantsRoutes = (engines: Engines): Routes<Endpoints['grants']> => {
  const on = ({ caller, params }: { readonly caller: Caller; readonly params: ObjectKey }) =>
    standingOnAccess(engines, caller, kind, params)
  const onWrite = (call: { readonly caller: Caller; readonly params: ObjectKey }) => {
    refuseShared(engines, call.caller, call.params.namespace)
    return on(call)
  }
  const setDisabled = async (actor: Actor, key: ObjectKey, disabled: boolean, wanted?: string) => {
    const verb = disabled ? 'disable' : 'enable'
    const after = await switchAccess(engines, kind, actor, key, { spec: { disabled }, verb, wanted })
    const grant = await tellAccess(engines, after, grantItem)
    return { success: true as const, ...key, disabled, grant }
  }

  return {
    list: {
      action: 'catalogue.read',
      handle: async ({ caller, query }) => {
        const { items, end } = await listAccess(engines, { kind, caller, query }, grantItem)
        return { grants: items, ...end }
      },
    },
    apply: {
      action: 'grant.change',
      on: ({ caller, body: { namespace, serverRef } }) => {
        refuseShared(engines, caller, namespace)
        return standingOnServer(engines, caller, { namespace, name: serverRef.name })
      },
      handle: async ({ caller, actor, body }) => {
        const { namespace, name } = body
        const server = await referredServer(engines, body)
        const subject = await subjectFor(engines, caller, body, server)
        const change = await putResource(
          engines.resources(),
          kind,
          { namespace, name },
          body.resourceVersion,
          (before) => ({ spec: specOf(body, subject, before) }),
        )
        await changedAccess(engines, actor, 'apply', change)
        return { grant: await tellAccess(engines, change.after, grantItem) }
      },
    },
    get: {
      action: 'grant.read',
      on,
      handle: async ({ params }) => ({
        grant: await tellAccess(engines, await getResource(engines.resources(), kind, params), grantItem),
      }),
    },
    delete: {
      action: 'grant.change',
      on: onWrite,
      handle: ({ actor, params, query }) => deleteAccess(engines, kind, actor, params, query.resourceVersion),
    },
    patch: {
      action: 'grant.change',
      on: onWrite,
      handle: ({ actor, params, body }) => setDisabled(actor, params, body.disabled, body.resourceVersion),
    },
    disable: {
      action: 'grant.change',
      on: onWrite,
      handle: ({ actor, params }) => setDisabled(actor, params, true),
    },
    enable: {
      action: 'grant.change',
      on: onWrite,
      handle: ({ actor, params }) => setDisabled(actor, params, false),
    },
  }
}

/** What a body does not name stays as it is: nobody loses what a client of another age does not know of. */
const specOf = (
  body: ApplyBody,
  subject: Subject,
  before: MCPAccessGrant | undefined,
): MCPAccessGrant['spec'] => {
  const was = before?.spec
  refuseOtherServer(was, body)
  return {
    serverRef: was?.serverRef ?? { name: body.serverRef.name },
    subject,
    maxTrust: body.maxTrust ?? was?.maxTrust,
    allowedSideEffects: body.allowedSideEffects,
    policyVersion: keep(body.policyVersion, was?.policyVersion),
    disabled: body.disabled ?? was?.disabled,
    notBefore: keep(body.notBefore, was?.notBefore),
    notAfter: keep(body.notAfter, was?.notAfter),
    // What its conditions may be, the policy says when the resource is read.
    toolRules: keep(body.toolRules as MCPAccessGrant['spec']['toolRules'], was?.toolRules),
    resourceRules: keep(body.resourceRules, was?.resourceRules),
    promptRules: keep(body.promptRules, was?.promptRules),
  }
}
