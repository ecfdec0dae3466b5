import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type ApiServer, apiServerAt, apiServerOf } from './client.ts'
import { kubernetes as engine } from './server.ts'

const config = process.env['KUBE_TEST_CONFIG'] ?? ''

const reached = (kubeconfig: string): ApiServer => {
  const api = apiServerOf(kubeconfig)
  onTestFinished(() => api.close())
  return api
}
const unique = (): string => `engine-${crypto.randomUUID()}`
const namespaces = '/api/v1/namespaces'
const namespaceIn = async (api: ApiServer): Promise<string> => {
  const name = unique()
  expect((await api.ask('POST', namespaces, { body: { metadata: { name } } })).status).toBe(201)
  return `${namespaces}/${name}`
}

describe.runIf(config)('a real API server', () => {
  test('keeps secrets, takes leases, and applies for one manager against another', async () => {
    const api = reached(config)
    const namespace = await namespaceIn(api)
    const secret = { metadata: { name: 'token' }, stringData: { key: 'value' } }
    expect((await api.ask('POST', `${namespace}/secrets`, { body: secret })).status).toBe(201)
    expect((await api.ask('GET', `${namespace}/secrets/token`)).body.data).toEqual({ key: 'dmFsdWU=' })

    const leases = `${namespace.replace('/api/v1', '/apis/coordination.k8s.io/v1')}/leases`
    const lease = { metadata: { name: 'leader' }, spec: { holderIdentity: 'one', leaseDurationSeconds: 15 } }
    const held = await api.ask('POST', leases, { body: lease })
    expect(held.status).toBe(201)
    const stolen = { ...held.body, metadata: { ...held.body.metadata, resourceVersion: '1' } }
    expect((await api.ask('PUT', `${leases}/leader`, { body: stolen })).status).toBe(409)

    const apply = (fieldManager: string, data: object) =>
      api.ask('PATCH', `${namespace}/configmaps/policy`, {
        type: 'application/apply-patch+yaml',
        query: { fieldManager },
        body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'policy' }, data },
      })
    expect((await apply('one', { a: '1' })).status).toBe(201)
    expect((await apply('another', { b: '2' })).body.data).toEqual({ a: '1', b: '2' })
    expect(await apply('another', { a: '3' })).toMatchObject({ status: 409, body: { reason: 'Conflict' } })
  })

  test('lets a service account do what its role says, and nobody else anything', async () => {
    const api = reached(config)
    const namespace = await namespaceIn(api)
    const serviceAccounts = `${namespace}/serviceaccounts`
    await api.ask('POST', serviceAccounts, { body: { metadata: { name: 'reader' } } })
    const asked = await api.ask('POST', `${serviceAccounts}/reader/token`, { body: { spec: {} } })
    const { clusters } = JSON.parse(readFileSync(config, 'utf8'))
    const ca = Buffer.from(clusters[0].cluster['certificate-authority-data'], 'base64').toString()
    const reader = apiServerAt({ server: clusters[0].cluster.server, ca, token: asked.body.status.token })
    const nobody = apiServerAt({ server: clusters[0].cluster.server, ca, token: 'guessed' })
    onTestFinished(() => [reader, nobody].forEach((one) => void one.close()))
    const list = (one: ApiServer, what: string) => one.ask('GET', `${namespace}/${what}`)
    expect((await list(nobody, 'configmaps')).status).toBe(401)
    expect((await list(reader, 'configmaps')).status).toBe(403)

    const roles = namespace.replace('/api/v1', '/apis/rbac.authorization.k8s.io/v1')
    const rules = [{ apiGroups: [''], resources: ['configmaps'], verbs: ['list'] }]
    await api.ask('POST', `${roles}/roles`, { body: { metadata: { name: 'reads' }, rules } })
    const binding = {
      metadata: { name: 'reader-reads' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'reads' },
      subjects: [{ kind: 'ServiceAccount', name: 'reader', namespace: namespace.split('/').at(-1) }],
    }
    await api.ask('POST', `${roles}/rolebindings`, { body: binding })
    await expect.poll(async () => (await list(reader, 'configmaps')).status).toBe(200)
    expect((await list(reader, 'secrets')).status).toBe(403)
  })

  test('has what it acknowledged when it was killed and started again, and is gone when it is stopped', async () => {
    const running = await engine.start(console.error)
    onTestFinished(() => running.stop())
    const kubeconfig = running.env['KUBE_TEST_CONFIG'] ?? ''
    const api = reached(kubeconfig)
    const namespace = await namespaceIn(api)
    await running.kill()
    await expect(api.ask('GET', namespace)).rejects.toThrow('ECONNREFUSED')
    await running.restart()
    expect((await api.ask('GET', namespace)).status).toBe(200)

    await running.freeze()
    await expect(api.ask('GET', namespace, { withinMs: 200 })).rejects.toThrow('aborted')
    await running.thaw()
    expect((await api.ask('GET', namespace)).status).toBe(200)
    await running.stop()
    await expect(api.ask('GET', namespace)).rejects.toThrow('ECONNREFUSED')
    expect(existsSync(kubeconfig)).toBe(false)
  })
})
