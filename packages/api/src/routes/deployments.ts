import type { BodyOf, Endpoints, ResponseOf } from '@mcp-sentinel/contract'
import type { ObjectKey } from '@mcp-sentinel/resources'
import type { Deployment } from '@mcp-sentinel/resources/workloads'
import { type Caller, membershipIn } from '../caller.ts'
import type { Engines } from '../engines.ts'
import { permit } from '../permit.ts'
import { faulty, problem } from '../problems.ts'
import { publisherLabel } from '../server-standing.ts'
import { nobodys, type Routes, type Standing } from '../serving/route.ts'

type Told = ResponseOf<Endpoints['deployments']['list']>['deployments'][number]

const createdByLabel = 'platform.mcpruntime.org/created-by'

export const deploymentsRoutes = (engines: Engines): Routes<Endpoints['deployments']> => {
  const { workloads, platform, changed } = engines

  const find = async ({ namespace, name }: ObjectKey): Promise<Deployment | undefined> =>
    (await workloads().deployments.list(namespace)).find((one) => one.name === name)

  return {
    list: {
      action: 'deployment.read',
      on: ({ caller, query: { namespace } }) =>
        namespace === undefined ? { membership: 'none', ownership: 'own' } : inNamespace(caller, namespace),
      handle: async ({ caller, query: { namespace } }) => {
        const { deployments } = workloads()
        const namespaces = namespace === undefined ? caller.teams.map((team) => team.namespace) : [namespace]
        const found = await Promise.all(namespaces.map((one) => deployments.list(one)))
        return { deployments: found.flat().map(toldDeployment) }
      },
    },
    apply: {
      action: 'deployment.apply',
      on: ({ caller, body }) => inNamespace(caller, namespaceFor(caller, body)),
      handle: async ({ caller, body, actor }) => {
        const key = { namespace: namespaceFor(caller, body), name: body.name }
        refuseForeignImage(platform.registryHost, caller, key.namespace, body.image)
        const before = await find(key)
        if (before !== undefined) permit(caller, 'deployment.change', standingOn(caller, before))
        const by = caller.user === undefined ? {} : { [publisherLabel]: caller.user.id }
        const { image, version, port, replicas } = body
        const after = await workloads().deployments.apply({
          ...key,
          ...{ image, version, port, replicas },
          // Whoever changes what somebody else runs does not take it over.
          labels: before === undefined ? { ...by, ...createdBy(caller) } : { ...before.labels },
        })
        await changed(actor, {
          action: 'deployment_apply',
          resource: `deployment/${key.name}`,
          namespace: key.namespace,
          imageRef: after.image,
          ...(before === undefined ? {} : { before }),
          after,
        })
        return { deployment: toldDeployment(after) }
      },
    },
    remove: {
      action: 'deployment.change',
      on: async ({ caller, params }) => {
        const standing = inNamespace(caller, params.namespace)
        if (caller.role === 'admin' || standing.membership !== 'member') return standing
        const found = await find(params)
        return found === undefined ? standing : standingOn(caller, found)
      },
      handle: async ({ params, actor }) => {
        const before = await find(params)
        if (before === undefined) throw problem('not_found', 'there is no such deployment')
        await workloads().deployments.delete(params)
        await changed(actor, {
          action: 'deployment_delete',
          resource: `deployment/${params.name}`,
          namespace: params.namespace,
          before,
        })
        return { success: true, ...params }
      },
    },
    all: {
      action: 'operations.read',
      handle: async ({ query: { namespace } }) => ({
        deployments: (await workloads().deployments.list(namespace)).map(toldDeployment),
      }),
    },
  }
}

const namespaceFor = (caller: Caller, { namespace }: BodyOf<Endpoints['deployments']['apply']>): string => {
  const chosen = namespace ?? caller.teams[0]?.namespace
  if (chosen === undefined)
    throw faulty('invalid_request_body', [
      { pointer: '/namespace', message: 'is needed: the caller is in no team' },
    ])
  return chosen
}

const inNamespace = (caller: Caller, namespace: string): Standing => ({
  ...nobodys,
  membership: membershipIn(caller, namespace),
})

const standingOn = (caller: Caller, { namespace, labels }: Deployment): Standing => ({
  membership: membershipIn(caller, namespace),
  // Who has left the team has left what they ran there.
  ownership:
    caller.user !== undefined &&
    labels[publisherLabel] === caller.user.id &&
    membershipIn(caller, namespace) !== 'none'
      ? 'own'
      : 'other',
})

const createdBy = ({ user, keyId }: Caller): Readonly<Record<string, string>> => ({
  [createdByLabel]: user?.id ?? keyId,
})

/** Of tenants: below their own name in the registry of the platform. */
const refuseForeignImage = (
  registryHost: string | undefined,
  caller: Caller,
  namespace: string,
  image: string,
): void => {
  if (registryHost === undefined || caller.role === 'admin') return
  const slug = caller.teams.find((team) => team.namespace === namespace)?.slug
  if ([namespace, slug].some((name) => name !== undefined && image.startsWith(`${registryHost}/${name}/`)))
    return
  const message = `is not below ${registryHost}/${slug ?? namespace}/`
  throw problem('forbidden', `/image ${message}`, { details: { issues: [{ pointer: '/image', message }] } })
}

export const toldDeployment = ({ createdAt, labels, ...deployment }: Deployment): Told => {
  const { name, namespace, replicas, ready, image } = deployment
  const userId = labels[publisherLabel]
  const by = labels[createdByLabel]
  return {
    ...{ name, namespace, replicas, ready, image },
    ...(userId === undefined ? {} : { user_id: userId }),
    ...(by === undefined ? {} : { created_by: by }),
    labels: { ...labels },
    created_at: new Date(createdAt).toISOString(),
  }
}
