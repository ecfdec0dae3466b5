import { readdirSync, readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { apply, clusterAt, merge, pathOf, strict } from './contract-tests/cluster.ts'
import { grantOn, serverNamed, sessionOn } from './contract-tests/resources.ts'
import type { Kind, Resource } from './parse.ts'
import { parseResourceText } from './text.ts'

const kubeconfig = process.env['KUBE_TEST_CONFIG'] ?? ''
const goldens = new URL('./goldens/', import.meta.url)
const textOf = (file: string): string => readFileSync(new URL(file, goldens), 'utf8')

describe.runIf(kubeconfig)('on a real API server', () => {
  let cluster: Awaited<ReturnType<typeof clusterAt>>
  beforeAll(async () => {
    cluster = await clusterAt(kubeconfig)
  })
  afterAll(() => cluster?.close())

  const at = (kind: Kind, name?: string): string => pathOf(kind, cluster.namespace, name)
  const create = ({ metadata: { name }, ...rest }: Resource) =>
    cluster.ask('POST', at(rest.kind), { query: strict, body: { ...rest, metadata: { name } } })
  const patch = (path: string, body: object, fieldManager = 'mcp-sentinel') =>
    cluster.ask('PATCH', path, { type: merge, query: { ...strict, fieldManager }, body })
  /** `kubectl apply --server-side` of what a file holds. */
  const applied = (path: string, body: unknown, query: Readonly<Record<string, string>> = {}) =>
    cluster.ask('PATCH', path, { type: apply, query: { ...strict, fieldManager: 'kubectl', ...query }, body })

  const readable = readdirSync(goldens).filter(
    (file) => file.endsWith('.yaml') && parseResourceText(textOf(file)).ok,
  )
  test.each(readable)('%s is applied as it is written', async (file) => {
    const parsed = parseResourceText(textOf(file))
    if (!parsed.ok) throw new Error('it was read a moment ago')
    const { kind, metadata } = parsed.resource
    const namespace = metadata.namespace ?? 'default'
    const made = await cluster.ask('POST', '/api/v1/namespaces', { body: { metadata: { name: namespace } } })
    expect([201, 409]).toContain(made.status)
    // What the API server keeps about managers is never a user's to apply.
    const text = textOf(file).replace(/^ {2}managedFields:\n(?: {4}.*\n)+/m, '')
    const { status, body } = await applied(pathOf(kind, namespace, metadata.name), text, { dryRun: 'All' })
    expect(status, JSON.stringify(body.message)).toBeOneOf([200, 201])
  })

  test('prunes what it does not know, unless the writer asks it to refuse', async () => {
    const body = { ...grantOn('payments', 'loose'), metadata: { name: 'loose' } }
    const narrowed = { ...body, spec: { ...body.spec, maxTrsut: 'low', notAfterr: '2026-01-01T00:00:00Z' } }
    const loose = await cluster.ask('POST', at('MCPAccessGrant'), {
      body: narrowed,
      query: { dryRun: 'All' },
    })
    expect(loose.status).toBe(201)
    expect(loose.body.spec).not.toHaveProperty('maxTrsut')
    const asked = await cluster.ask('POST', at('MCPAccessGrant'), { body: narrowed, query: strict })
    expect(asked).toMatchObject({ status: 400, body: { reason: 'BadRequest' } })
    const twice = JSON.stringify(body).replace('"spec":{', '"spec":{"maxTrust":"low","maxTrust":"high",')
    const duplicate = await cluster.ask('POST', at('MCPAccessGrant'), { body: twice, query: strict })
    expect(duplicate.body.message).toContain('duplicate field "spec.maxTrust"')
  })

  test('keeps a status apart from the spec, and counts generations of the spec alone', async () => {
    const { body: made } = await create(serverNamed('apart'))
    expect(made.metadata.generation).toBe(1)
    const both = { spec: { description: 'changed' }, status: { phase: 'Ready', policyReady: true } }
    const ofSpec = await patch(at('MCPServer', 'apart'), both)
    expect(ofSpec.body).toMatchObject({ metadata: { generation: 2 }, spec: { description: 'changed' } })
    expect(ofSpec.body).not.toHaveProperty('status')

    const again = { ...both, spec: { description: 'forged' } }
    const ofStatus = await patch(`${at('MCPServer', 'apart')}/status`, again)
    expect(ofStatus.body).toMatchObject({
      metadata: { generation: 2 },
      spec: { description: 'changed' },
      status: { phase: 'Ready' },
    })
    // Of any age, by any operator.
    const more = await patch(`${at('MCPServer', 'apart')}/status`, { status: { somethingNew: [1] } })
    expect(more).toMatchObject({ status: 200, body: { status: { phase: 'Ready', somethingNew: [1] } } })
    const condition = { type: 'Rendered', status: 'Maybe', reason: 'x', message: '', lastTransitionTime: '' }
    const wrong = await patch(`${at('MCPServer', 'apart')}/status`, { status: { conditions: [condition] } })
    expect(wrong).toMatchObject({ status: 422 })
  })

  test.each([grantOn('payments', 'turned'), sessionOn('payments', 'turned')])(
    'never turns a $kind to another server',
    async (resource) => {
      await create(resource)
      for (const serverRef of [{ name: 'other' }, { namespace: 'elsewhere' }]) {
        const { status, body } = await patch(at(resource.kind, 'turned'), { spec: { serverRef } })
        expect(status).toBe(422)
        expect(body.message).toContain('cannot be changed; make a new object')
      }
    },
  )

  test('lets nobody write over a state that they have not read', async () => {
    const { body: first } = await create(grantOn('payments', 'raced'))
    const path = at('MCPAccessGrant', 'raced')
    const outcomes = await Promise.all(
      ['one', 'two', 'three'].map((policyVersion) =>
        cluster.ask('PUT', path, {
          query: strict,
          body: { ...first, spec: { ...first.spec, policyVersion } },
        }),
      ),
    )
    expect(outcomes.map(({ status }) => status).sort()).toEqual([200, 409, 409])
    const conflict = { status: 409, body: { reason: 'Conflict' } }
    expect(outcomes.find(({ status }) => status === 409)).toMatchObject(conflict)
    const { resourceVersion, uid } = first.metadata
    expect(await patch(path, { metadata: { resourceVersion }, spec: { disabled: true } })).toMatchObject(
      conflict,
    )
    const preconditions = { preconditions: { uid, resourceVersion } }
    expect(await cluster.ask('DELETE', path, { body: preconditions })).toMatchObject(conflict)
    expect(await create(grantOn('payments', 'raced'))).toMatchObject({
      status: 409,
      body: { reason: 'AlreadyExists' },
    })
    const gone = { ...first, metadata: { ...first.metadata, name: 'none' } }
    expect((await cluster.ask('PUT', at('MCPAccessGrant', 'none'), { body: gone })).status).toBe(404)
  })

  describe.each([
    ['MCPAgentSession', 'revoked', sessionOn('payments', 'it')],
    ['MCPAccessGrant', 'disabled', grantOn('payments', 'it')],
  ] as const)('%s: %s', (kind, flag, { apiVersion, spec }) => {
    const named = (name: string) => ({ path: at(kind, name), flagOf: flagOf(name) })
    const flagOf = (name: string) => async () => (await cluster.ask('GET', at(kind, name))).body.spec[flag]
    const file = (name: string, more: object = {}) => ({
      apiVersion,
      kind,
      metadata: { name },
      spec: { ...spec, ...more },
    })

    test('stays as it was set when a file that does not speak of it is applied again', async () => {
      const { path, flagOf } = named(`silent-${flag}`)
      const made = await applied(path, file(`silent-${flag}`))
      expect(made.body.spec[flag]).toBe(false)
      // What was filled in is nobody's.
      expect(JSON.stringify(made.body.metadata.managedFields)).not.toContain(`f:${flag}`)
      await patch(path, { spec: { [flag]: true } })
      expect((await applied(path, file(`silent-${flag}`, { policyVersion: 'v2' }))).status).toBe(200)
      expect(await flagOf()).toBe(true)
    })

    test('is not taken back by a file that speaks of it, unless it is forced', async () => {
      const { path, flagOf } = named(`spoken-${flag}`)
      const spoken = file(`spoken-${flag}`, { [flag]: false })
      await applied(path, spoken)
      await patch(path, { spec: { [flag]: true } })
      const again = await applied(path, spoken)
      expect(again.status).toBe(409)
      expect(again.body.message).toContain('conflict with "mcp-sentinel"')
      expect(again.body.message).toContain(`.spec.${flag}`)
      expect(await flagOf()).toBe(true)
      await applied(path, spoken, { force: 'true' })
      expect(await flagOf()).toBe(false)
    })

    test('outlives the file that set it, too, where it was applied under a name of its own', async () => {
      const set = { apiVersion, kind, spec: { [flag]: true } }
      const own = { fieldManager: 'mcp-sentinel-flags', force: 'true' }
      for (const [name, alsoHere] of [
        [`only-file-${flag}`, false],
        [`file-and-api-${flag}`, true],
      ] as const) {
        const { path, flagOf } = named(name)
        await applied(path, file(name, { [flag]: true }))
        // A merge patch that changes nothing owns nothing.
        await patch(path, { spec: { [flag]: true } })
        if (alsoHere) expect((await applied(path, { ...set, metadata: { name } }, own)).status).toBe(200)
        await applied(path, file(name))
        expect(await flagOf(), name).toBe(alsoHere)
      }
    })
  })

  test('shows the columns that people look for', async () => {
    const table = async (kind: Kind, name: string) => {
      const { body } = await cluster.ask('GET', at(kind, name), {
        accept: 'application/json;as=Table;v=v1;g=meta.k8s.io',
      })
      const names = (body.columnDefinitions as readonly { name: string }[]).map((one) => one.name)
      const cells = body.rows[0].cells as readonly unknown[]
      return Object.fromEntries(names.map((one, index) => [one, cells[index]]))
    }
    await create(serverNamed('shown', { teamID: 'team-a' }))
    await patch(`${at('MCPServer', 'shown')}/status`, { status: { phase: 'Ready', policyReady: true } })
    expect(await table('MCPServer', 'shown')).toMatchObject({
      ...{ Name: 'shown', Team: 'team-a', Phase: 'Ready', Policy: true, Gateway: null, Ready: null },
      Age: expect.stringMatching(/^\d+s$/),
    })
    await create(grantOn('payments', 'shown', { maxTrust: 'high', disabled: true }))
    expect(await table('MCPAccessGrant', 'shown')).toMatchObject({
      ...{ Name: 'shown', Server: 'payments', Agent: 'ops-agent', Trust: 'high', Disabled: true },
    })
    const expiresAt = '2035-12-31T23:59:00Z'
    await create(sessionOn('payments', 'shown', { expiresAt }))
    expect(await table('MCPAgentSession', 'shown')).toMatchObject({
      ...{ Name: 'shown', Server: 'payments', Trust: 'low', Revoked: false, Expires: expiresAt },
    })
  })

  test('takes what is as long as a text may be here, and nothing twice as long', async () => {
    const serverOf = (chars: number, one: string) => {
      const bare = { name: 'tool-0000', sideEffect: 'read' as const, description: '' }
      const each = 2048
      const tools = Array.from({ length: Math.floor(chars / (each + 70)) }, (_, index) => ({
        ...bare,
        name: `tool-${index}`,
        description: one.repeat(each),
      }))
      return { ...serverNamed('long', { tools }), metadata: { name: 'long' } }
    }
    const asked = async (chars: number, one: string) => {
      const text = JSON.stringify(serverOf(chars, one))
      const { status } = await cluster.ask('POST', at('MCPServer'), { query: strict, body: text })
      await cluster.ask('DELETE', at('MCPServer', 'long'))
      return { here: parseResourceText(text).ok, there: status }
    }
    expect(await asked(1024 * 1024, 'a')).toEqual({ here: true, there: 201 })
    expect(await asked(2 * 1024 * 1024, 'a')).toEqual({ here: false, there: expect.not.toBeOneOf([201]) })
    // Characters are counted here, and bytes there.
    expect(await asked(1024 * 1024, 'ё')).toEqual({ here: true, there: expect.not.toBeOneOf([201]) })
  })
})
