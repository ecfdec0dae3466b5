import type { BodyOf, Endpoints } from '@mcp-sentinel/contract'
import { apiVersion, type MCPServer, type ObjectKey, parseResource } from '@mcp-sentinel/resources'
import { type Caller, membershipIn } from '../caller.ts'
import type { Engines } from '../engines.ts'
import { permit } from '../permit.ts'
import { catalogueOf } from '../platform.ts'
import { faulty, problem } from '../problems.ts'
import { publisherLabel } from '../server-standing.ts'
import type { Standing } from '../serving/route.ts'
import { teamOf } from './access-body.ts'
import { keyOf } from './paging.ts'
import { publishPolicyOf, pushedAt, pushedBy, refuseBeyond } from './publish-policy.ts'
import { bodyIssues, type Change, putResource } from './resource.ts'
import { standingOn } from './server-readers.ts'
import { pathOf } from './server-urls.ts'
import { tenantFaults, withoutLoss } from './tenant-spec.ts'

type Body = BodyOf<Endpoints['servers']['apply']>
type Spec = MCPServer['spec']

/** The namespace that a body means, by its name or by its scope. */
export const namespaceFor = ({ platform }: Engines, caller: Caller, { namespace, scope }: Body): string => {
  const catalogue = catalogueOf(platform)
  const fault = (pointer: string, message: string) => faulty('invalid_request_body', [{ pointer, message }])
  if (scope !== undefined && scope !== 'tenant') {
    if (scope !== platform.mode)
      throw fault('/scope', `is no scope here: the platform is in mode ${platform.mode}`)
    if (namespace !== undefined && namespace !== catalogue)
      throw fault('/namespace', `is not ${catalogue}, which the scope ${scope} means`)
    return catalogue as string
  }
  const meant = namespace ?? caller.teams[0]?.namespace ?? (scope === undefined ? catalogue : undefined)
  if (meant === undefined)
    throw fault('/namespace', 'is needed: you are in no team whose namespace could be meant')
  return meant
}

/** Who is logged in is at home in the catalogue that the mode opens, as if it were their team's. */
export const publisherIn = ({ platform }: Engines, caller: Caller, namespace: string): Standing => {
  if (caller.role !== 'admin' && caller.user === undefined)
    throw problem(
      'forbidden',
      'a server is published by a person, and the key that was presented belongs to none',
    )
  const isOpen = namespace === catalogueOf(platform)
  return { membership: isOpen ? 'member' : membershipIn(caller, namespace), ownership: 'other' }
}

/** Publishes what a body says, if the caller may have it and nobody else stands in its place. */
export const publish = async (
  engines: Engines,
  caller: Caller,
  key: ObjectKey,
  body: Body,
): Promise<Change<'MCPServer'>> => {
  const parsed = parseResource({ apiVersion, kind: 'MCPServer', metadata: key, spec: body.spec })
  if (!parsed.ok) throw faulty('invalid_request_body', bodyIssues('MCPServer', parsed.issues))
  const { spec } = parsed.resource as MCPServer
  const isTenant = caller.role !== 'admin'
  if (isTenant) refuseFaults(tenantFaults(body.spec))
  refuseReserved(body.labels)
  const team = await teamOf(engines, caller, key.namespace)
  const teamID = teamFor(spec, team?.id, isTenant)
  if (isTenant) refuseForeignImage(engines, spec.image, [key.namespace, team?.slug])

  // Nothing else is published meanwhile: limit, path and name are looked at and taken in one.
  return engines.exclusively('publish', async () => {
    const store = engines.resources()
    const { items } = await engines.storedResources().list('MCPServer')
    const before = await store.get('MCPServer', key)
    if (before !== undefined && !body.update)
      throw problem(
        'conflict',
        `there is a server ${key.namespace}/${key.name} already: say update to change it`,
      )
    if (before !== undefined) permit(caller, 'server.change', standingOn(caller, before))
    refuseBeyond(publishPolicyOf(engines, caller, items), before === undefined, engines.clock())
    const { ingressHost } = before?.spec ?? spec
    if (isTenant) refuseTakenPath(items, { ...(parsed.resource as MCPServer), metadata: key }, ingressHost)
    return putResource(store, 'MCPServer', key, body.resourceVersion, (was) => ({
      spec: publishedSpec({ ...spec, teamID: teamID ?? was?.spec.teamID }, was?.spec, isTenant),
      metadata: { ...key, ...marks(engines, caller, { key, body, was, teamID }) },
    }))
  })
}

const refuseFaults = (issues: ReturnType<typeof tenantFaults>): void => {
  const [first] = issues
  if (first !== undefined)
    throw problem('forbidden', `${first.pointer} ${first.message}`, { details: { issues } })
}

const teamFor = ({ teamID }: Spec, own: string | undefined, isTenant: boolean): string | undefined => {
  if (!teamID) return own
  if (isTenant && teamID !== own)
    throw problem('forbidden', '/spec/teamID is not the team of the namespace', {
      details: { issues: [{ pointer: '/spec/teamID', message: 'is not the team of the namespace' }] },
    })
  return teamID
}

/** Of tenants: below their own name in the registry of the platform. */
const refuseForeignImage = (
  { platform: { registryHost } }: Engines,
  image: string,
  names: readonly (string | undefined)[],
): void => {
  if (registryHost === undefined) return
  if (names.some((name) => name !== undefined && image.startsWith(`${registryHost}/${name}/`))) return
  const message = `is not below ${registryHost}/${names.findLast((name) => name !== undefined)}/`
  throw problem('forbidden', `/spec/image ${message}`, {
    details: { issues: [{ pointer: '/spec/image', message }] },
  })
}

const refuseTakenPath = (
  servers: readonly MCPServer[],
  server: MCPServer,
  host: string | undefined,
): void => {
  const { namespace, name } = keyOf(server)
  const isTaken = servers.some(
    (other) =>
      pathOf(other) === pathOf(server) &&
      (other.spec.ingressHost ?? '') === (host ?? '') &&
      (keyOf(other).namespace !== namespace || keyOf(other).name !== name),
  )
  if (isTaken)
    throw problem('conflict', `another server is reached by ${pathOf(server)}: choose another name`)
}

/** Behind a gateway, and shut where it was shut: publishing anew lifts no kill switch that it does not name. */
const publishedSpec = (spec: Spec, before: Spec | undefined, isTenant: boolean): Spec => {
  const merged = isTenant ? withoutLoss(spec, before) : spec
  const disabledTools = spec.policy?.disabledTools ?? before?.policy?.disabledTools
  return {
    ...merged,
    gateway: { ...merged.gateway, enabled: merged.gateway?.enabled ?? true },
    disabled: spec.disabled ?? before?.disabled,
    ...(merged.policy || disabledTools ? { policy: { ...merged.policy, disabledTools } } : {}),
  }
}

const reserved = /(^|\.|\/)mcpruntime\.org(\/|$)/

const refuseReserved = (labels: Body['labels']): void => {
  const issues = Object.entries(labels ?? {}).flatMap(([name, value]) => {
    const pointer = `/labels/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`
    if (reserved.test(name)) return [{ pointer, message: 'is set by the platform alone' }]
    const isLabel = /^([-a-z0-9.]{1,253}\/)?[A-Za-z0-9]([-_.A-Za-z0-9]{0,61}[A-Za-z0-9])?$/.test(name)
    const isValue = value === '' || /^[A-Za-z0-9]([-_.A-Za-z0-9]*[A-Za-z0-9])?$/.test(value)
    return isLabel && isValue ? [] : [{ pointer, message: 'is no label' }]
  })
  if (issues.length > 0) throw faulty('invalid_request_body', issues)
}

interface Marked {
  readonly key: ObjectKey
  readonly body: Body
  readonly was: MCPServer | undefined
  readonly teamID: string | undefined
}

/** Whose it is, and who published it last. Whoever changes the server of somebody else does not take it over. */
const marks = (
  { platform, clock }: Engines,
  { user, keyId }: Caller,
  { key, body, was, teamID }: Marked,
): Pick<MCPServer['metadata'], 'labels' | 'annotations'> => {
  const before = was?.metadata.labels ?? {}
  const kept = Object.entries(before).filter(([name]) => body.labels === undefined || reserved.test(name))
  const scope = key.namespace === catalogueOf(platform) ? platform.mode : 'tenant'
  return {
    labels: {
      ...(user && was === undefined
        ? { [publisherLabel]: user.id, 'platform.mcpruntime.org/created-by': user.id }
        : {}),
      ...Object.fromEntries(kept),
      ...body.labels,
      'mcpruntime.org/scope': scope,
      ...(teamID && /^[-_.A-Za-z0-9]{1,63}$/.test(teamID) ? { 'mcpruntime.org/team-id': teamID } : {}),
    },
    annotations: {
      ...was?.metadata.annotations,
      [pushedAt]: new Date(clock()).toISOString(),
      [pushedBy]: user?.id ?? keyId,
    },
  }
}
