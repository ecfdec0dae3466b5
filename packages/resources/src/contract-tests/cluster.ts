import { expect, vi } from 'vitest'
import { type ApiServer, apiServerOf } from '../../../../scripts/engines/kube-apiserver/client.ts'
import { customResourceDefinitions } from '../crds.ts'
import { apiVersion } from '../kinds/metadata.ts'
import { type Kind, kinds } from '../parse.ts'

export const apply = 'application/apply-patch+yaml'
export const merge = 'application/merge-patch+json'
export const strict = { fieldValidation: 'Strict' }

const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'

/** Where the objects of a kind are, or one of them. */
export const pathOf = (kind: Kind, namespace: string, name?: string): string => {
  const path = `/apis/${apiVersion}/namespaces/${namespace}/${kind.toLowerCase()}s`
  return name === undefined ? path : `${path}/${name}`
}

interface Cluster extends ApiServer {
  /** Nobody else's. It stays: what empties a namespace is a controller, and there is none. */
  readonly namespace: string
  /** Each definition as the API server has it, once it serves the kind. */
  readonly definitions: readonly Definition[]
}

interface Definition {
  readonly metadata: { readonly name: string }
  readonly status: { readonly conditions: readonly Readonly<Record<'type' | 'status' | 'message', string>>[] }
}

/** An API server that knows the three kinds as they ship. */
export const clusterAt = async (kubeconfig: string): Promise<Cluster> => {
  const api = apiServerOf(kubeconfig)
  for (const { kind, yaml } of customResourceDefinitions()) {
    const applied = await api.ask(
      'PATCH',
      `${definitions}/${kind.toLowerCase()}s.${apiVersion.split('/')[0]}`,
      {
        type: apply,
        query: { ...strict, fieldManager: 'crds', force: 'true' },
        body: yaml,
      },
    )
    expect(applied, kind).toMatchObject({ status: expect.toBeOneOf([200, 201]) })
  }
  const namespace = `crds-${crypto.randomUUID()}`
  await api.ask('POST', '/api/v1/namespaces', { body: { metadata: { name: namespace } } })
  for (const kind of kinds) {
    await vi.waitFor(async () => expect((await api.ask('GET', pathOf(kind, namespace))).status).toBe(200), {
      timeout: 20_000,
    })
  }
  const { body } = await api.ask('GET', definitions)
  const ours = (body.items as readonly Definition[]).filter(({ metadata }) =>
    metadata.name.endsWith(`.${apiVersion.split('/')[0]}`),
  )
  return { ...api, namespace, definitions: ours }
}
