import type { BodyOf, Endpoints } from '@mcp-sentinel/contract'
import type { MCPAgentSession, ObjectKey } from '@mcp-sentinel/resources'
import type { Actor } from '../accounts/context.ts'
import type { Caller } from '../caller.ts'
import type { Engines } from '../engines.ts'
import { changedAccess, deleteAccess, listAccess, switchAccess, tellAccess } from '../governance/access.ts'
import { referredServer, type Subject, subjectFor } from '../governance/access-body.ts'
import { openAdapterSession } from '../governance/adapter-session.ts'
import { refuseShared, standingOnAccess } from '../governance/administered.ts'
import { sessionItem } from '../governance/items.ts'
import { getResource, keep, putResource, refuseOtherServer } from '../governance/resource.ts'
import { own, type Routes } from '../serving/route.ts'

const kind = 'MCPAgentSession'
type ApplyBody = BodyOf<Endpoints['sessions']['apply']>

export const sessionsRoutes = (engines: Engines): Routes<Endpoints['sessions']> => {
  const on = ({ caller, params }: { readonly caller: Caller; readonly params: ObjectKey }) =>
    standingOnAccess(engines, caller, kind, params)
  const onWrite = (call: { readonly caller: Caller; readonly params: ObjectKey }) => {
    refuseShared(engines, call.caller, call.params.namespace)
    return on(call)
  }
  const setRevoked = async (actor: Actor, key: ObjectKey, revoked: boolean, wanted?: string) => {
    const verb = revoked ? 'revoke' : 'unrevoke'
    const after = await switchAccess(engines, kind, actor, key, { spec: { revoked }, verb, wanted })
    const session = await tellAccess(engines, after, sessionItem)
    return { success: true as const, ...key, revoked, session }
  }

  return {
    list: {
      action: 'catalogue.read',
      handle: async ({ caller, query }) => {
        const { items, end } = await listAccess(engines, { kind, caller, query }, sessionItem)
        return { sessions: items, ...end }
      },
    },
    apply: {
      action: 'session.change',
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
        return { session: await tellAccess(engines, change.after, sessionItem) }
      },
    },
    get: {
      action: 'session.read',
      on,
      handle: async ({ params }) => ({
        session: await tellAccess(engines, await getResource(engines.resources(), kind, params), sessionItem),
      }),
    },
    delete: {
      action: 'session.change',
      on: onWrite,
      handle: ({ actor, params, query }) => deleteAccess(engines, kind, actor, params, query.resourceVersion),
    },
    patch: {
      action: 'session.change',
      on: onWrite,
      handle: ({ actor, params, body }) => setRevoked(actor, params, body.revoked, body.resourceVersion),
    },
    revoke: {
      action: 'session.change',
      on: onWrite,
      handle: ({ actor, params }) => setRevoked(actor, params, true),
    },
    unrevoke: {
      action: 'session.change',
      on: onWrite,
      handle: ({ actor, params }) => setRevoked(actor, params, false),
    },
    adapter: {
      action: 'session.adapter',
      // Whose it is, the grant says.
      on: () => own,
      handle: ({ caller, actor, body }) => openAdapterSession(engines, caller, actor, body),
    },
  }
}

/** What a body does not name stays as it is: a revocation above all. */
const specOf = (
  body: ApplyBody,
  subject: Subject,
  before: MCPAgentSession | undefined,
): MCPAgentSession['spec'] => {
  const was = before?.spec
  refuseOtherServer(was, body)
  return {
    serverRef: was?.serverRef ?? { name: body.serverRef.name },
    subject,
    consentedTrust: body.consentedTrust ?? was?.consentedTrust,
    expiresAt: keep(body.expiresAt, was?.expiresAt),
    issuedAt: keep(body.issuedAt, was?.issuedAt),
    revoked: body.revoked ?? was?.revoked,
    policyVersion: keep(body.policyVersion, was?.policyVersion),
    upstreamTokenSecretRef: keep(body.upstreamTokenSecretRef, was?.upstreamTokenSecretRef),
  }
}
