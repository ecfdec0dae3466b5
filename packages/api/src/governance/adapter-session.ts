import { hash } from 'node:crypto'
import type { BodyOf, Endpoints, ResponseOf } from '@mcp-sentinel/contract'
import { mintAdapterAssertion } from '@mcp-sentinel/identity'
import {
  apiVersion,
  type MCPAgentSession,
  type MCPServer,
  type ObjectKey,
  type ResourceStore,
} from '@mcp-sentinel/resources'
import type { Actor } from '../accounts/context.ts'
import type { User } from '../accounts/users.ts'
import type { Caller } from '../caller.ts'
import type { Engines } from '../engines.ts'
import { faulty, problem, unauthorized } from '../problems.ts'
import { resourceProblemOf } from '../resource-problems.ts'
import { changedAccess } from './access.ts'
import { type Admission, admissionOf, trusts } from './admission.ts'
import { durationMs } from './duration.ts'
import { endOf } from './session-end.ts'

const kind = 'MCPAgentSession'
const ttlMaxMs = 24 * 3_600_000
/** A session with less left is made anew: whoever is told of it has to use it yet. */
const leftMinMs = 30_000
const assertionTtlS = 300
const triesMax = 5
/** Sessions by adapters that one person has in a namespace at a time. */
const livePerPersonMax = 100

type Body = BodyOf<Endpoints['sessions']['adapter']>
type Answer = ResponseOf<Endpoints['sessions']['adapter']>

/** Who wants a session for what, and what a grant makes of it. */
interface Wanted extends Admission {
  readonly server: MCPServer
  readonly key: ObjectKey
  readonly spec: MCPAgentSession['spec'] & { readonly expiresAt: string }
}

/**
 * A session for the caller by an agent: the one that is there, or a new one. What was revoked stays so, whatever trust
 * is asked for, until somebody who administers the server lifts it.
 */
export const openAdapterSession = async (
  engines: Engines,
  caller: Caller,
  actor: Actor,
  body: Body,
): Promise<Answer> => {
  const { user } = caller
  if (user === undefined)
    throw unauthorized('a session is a person’s, and what was presented belongs to none')
  for (let tries = 1; ; tries++) {
    const wanted = await wantedBy(engines, caller, user, body)
    try {
      const { session, reused } = await openSession(engines, actor, wanted)
      return await told(engines, wanted, session, reused)
    } catch (error) {
      // The same person asked twice at once: whoever came first has made it.
      if (resourceProblemOf(error)?.problem.code !== 'conflict' || tries >= triesMax) throw error
    }
  }
}

const wantedBy = async (engines: Engines, caller: Caller, user: User, body: Body): Promise<Wanted> => {
  const { resources, clock } = engines
  const namespace = body.namespace ?? caller.teams[0]?.namespace
  if (namespace === undefined)
    throw faulty('invalid_request_body', [
      { pointer: '/namespace', message: 'is needed: you are in no team whose namespace could be meant' },
    ])
  const { serverName, agentID } = body
  const server = await resources().get('MCPServer', { namespace, name: serverName })
  const admission =
    server && (await admissionOf(engines, caller, { server, namespace, human: user.id, agentID }))
  if (server === undefined || admission === undefined)
    throw problem('no_grant', `no grant lets you use ${namespace}/${serverName} by the agent ${agentID}`)

  const consentedTrust =
    trusts[Math.min(trusts.indexOf(body.requestedTrust), trusts.indexOf(admission.maxTrust))]
  const endsAt = Math.min(
    clock() + Math.min(durationMs(body.requestedTTL), ttlMaxMs),
    admission.notAfter === undefined ? Number.POSITIVE_INFINITY : Date.parse(admission.notAfter),
  )
  const family = hash('sha256', [user.id, agentID, admission.teamID, serverName].join('\0')).slice(0, 16)
  return {
    ...admission,
    server,
    key: { namespace, name: `adapter-${family}-${consentedTrust}` },
    spec: {
      serverRef: { name: serverName },
      subject: {
        humanID: user.id,
        agentID,
        ...(admission.teamID === '' ? {} : { teamID: admission.teamID }),
      },
      consentedTrust,
      policyVersion: admission.policyVersion,
      expiresAt: new Date(endsAt).toISOString(),
    },
  }
}

const openSession = async (engines: Engines, actor: Actor, { server, key, spec }: Wanted) => {
  const store = engines.resources()
  const now = engines.clock()
  const family = await Promise.all(
    ['', ...trusts.map((trust) => `-${trust}`)].map((end) =>
      store.get(kind, { ...key, name: key.name.replace(/-[a-z]+$/, end) }),
    ),
  )
  if (family.some((one) => one?.spec.revoked))
    throw problem('session_revoked', 'your session by this agent was revoked; ask who administers the server')

  const before = family.find((one) => one?.metadata.name === key.name)
  const left = before === undefined ? 0 : endOf(before, server) - now
  if (before !== undefined && isLike(before.spec, spec) && left > leftMinMs)
    return { session: before, reused: true }
  if (before === undefined) await refuseTooMany(store, spec, key.namespace, now)
  // A session is as old as its object, so what is over begins anew as another object.
  const isOver = left <= leftMinMs
  if (before !== undefined && isOver) await store.delete(kind, key, before.metadata.resourceVersion)
  const metadata = before === undefined || isOver ? key : before.metadata
  const session = await store.apply({ apiVersion, kind, metadata, spec: { ...before?.spec, ...spec } })
  await changedAccess(engines, actor, 'adapter', { before, after: session })
  return { session, reused: false }
}

/** Whoever may name any agent could fill the store with sessions. */
const refuseTooMany = async (
  store: ResourceStore,
  { subject }: Wanted['spec'],
  namespace: string,
  now: number,
): Promise<void> => {
  const { items } = await store.list(kind, namespace)
  const live = items.filter(
    ({ metadata, spec }) =>
      metadata.name.startsWith('adapter-') &&
      spec.subject.humanID === subject.humanID &&
      now < Date.parse(spec.expiresAt ?? ''),
  )
  if (live.length >= livePerPersonMax)
    throw problem('too_many_requests', `you have ${live.length} sessions by adapters; let some end first`)
}

const isLike = (is: MCPAgentSession['spec'], wanted: MCPAgentSession['spec']): boolean =>
  is.policyVersion === wanted.policyVersion &&
  is.consentedTrust === wanted.consentedTrust &&
  is.serverRef.name === wanted.serverRef.name &&
  is.subject.humanID === wanted.subject.humanID &&
  is.subject.agentID === wanted.subject.agentID &&
  is.subject.teamID === wanted.subject.teamID

const told = async (
  { signer, clock }: Engines,
  { spec, key, teamID, policyVersion }: Wanted,
  session: MCPAgentSession,
  reused: boolean,
): Promise<Answer> => {
  const { humanID = '', agentID = '' } = spec.subject
  const now = clock()
  const answer: Answer = {
    ...key,
    humanID,
    agentID,
    teamID,
    serverName: spec.serverRef.name,
    consentedTrust: spec.consentedTrust ?? 'low',
    policyVersion,
    expiresAt: session.spec.expiresAt ?? spec.expiresAt,
    reused,
  }
  if (signer === undefined) return answer
  const assertion = await mintAdapterAssertion({
    signer,
    audience: `${key.namespace}/${spec.serverRef.name}`,
    caller: { human: humanID, agent: agentID, ...(teamID === '' ? {} : { team: teamID }), session: key.name },
    ttlS: assertionTtlS,
    now,
  })
  return { ...answer, assertion, assertionExpiresAt: new Date(now + assertionTtlS * 1000).toISOString() }
}
