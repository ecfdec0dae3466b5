import {
  type Component,
  type Deployment,
  WorkloadError,
  type Workloads,
} from '@mcp-sentinel/resources/workloads'

export interface RememberedWorkloads extends Workloads {
  readonly restarted: readonly string[]
  readonly provisioned: ReadonlyMap<string, string>
  /** What is asked from now on fails so. */
  readonly fail: (error: Error | undefined) => void
}

const components: readonly Component[] = ['api', 'ingest', 'processor'].map((key) => ({
  key,
  display: `The ${key}`,
  namespace: 'mcp-sentinel',
  kind: 'Deployment',
  resource: `mcp-sentinel-${key}`,
  status: 'Ready',
  ready: '1/1',
  message: '',
}))

/** Workloads that run nowhere: what is asked of them is remembered, and told. */
export const rememberedWorkloads = (clock: () => number): RememberedWorkloads => {
  const deployments = new Map<string, Deployment>()
  const provisioned = new Map<string, string>()
  const restarted: string[] = []
  let failure: Error | undefined
  const attempt = async <T>(step: () => T): Promise<T> => {
    if (failure !== undefined) throw failure
    return step()
  }

  return {
    restarted,
    provisioned,
    fail: (error) => {
      failure = error
    },
    components: () => attempt(() => components),
    restart: (which) =>
      attempt(() => {
        const keys = 'all' in which ? components.map(({ key }) => key) : [which.component]
        if (!keys.every((key) => components.some((component) => component.key === key)))
          throw new WorkloadError('unknown_component', `there is no component ${keys.join()}`)
        restarted.push(...keys)
        return keys
      }),
    logs: () => attempt(() => []),
    deployments: {
      list: (namespace) =>
        attempt(() =>
          [...deployments.values()].filter((one) => (namespace ?? one.namespace) === one.namespace),
        ),
      apply: ({ version, port, image, ...spec }) =>
        attempt(() => {
          const key = `${spec.namespace}/${spec.name}`
          const createdAt = deployments.get(key)?.createdAt ?? clock()
          const deployment = { ...spec, image: `${image}:${version}`, ready: 0, createdAt }
          deployments.set(key, deployment)
          return deployment
        }),
      delete: ({ namespace, name }) =>
        attempt(() => {
          if (!deployments.delete(`${namespace}/${name}`))
            throw new WorkloadError('not_found', `there is no deployment ${name} in ${namespace}`)
        }),
    },
    namespaces: {
      list: () => attempt(() => [...provisioned.keys()].sort()),
      provision: ({ name, team }) => attempt(() => void provisioned.set(name, team)),
    },
  }
}
