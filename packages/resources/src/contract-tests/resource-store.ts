import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Kind } from '../parse.ts'
import type { Change, ResourceStore } from '../store.ts'
import { grantOn, serverNamed, sessionOn } from './resources.ts'

/** A store for one test, empty at first. */
export interface ResourceStoreHarness {
  readonly store: ResourceStore
  readonly dispose: () => Promise<void>
}

const key = { namespace: 'home', name: 'ops' }
const grant = grantOn('payments', 'ops', { maxTrust: 'low' })

/** What a watch tells, until as many changes as are asked for have come. */
export const changesOf = async <K extends Kind>(
  store: ResourceStore,
  kind: K,
  count: number,
  resourceVersion?: string,
): Promise<readonly Change<K>[]> => {
  const abort = new AbortController()
  const changes: Change<K>[] = []
  for await (const change of store.watch(kind, { signal: abort.signal, resourceVersion })) {
    changes.push(change)
    if (changes.length === count) abort.abort()
  }
  return changes
}

/** What every store promises. */
export const resourceStoreContract = (name: string, make: () => Promise<ResourceStoreHarness>): void => {
  describe(`resource store: ${name}`, () => {
    let harness: ResourceStoreHarness
    let store: ResourceStore
    beforeEach(async () => {
      harness = await make()
      store = harness.store
    })
    afterEach(() => harness.dispose())

    test('gives back what was applied, with the version and the time that it gave it', async () => {
      const applied = await store.apply(grant)
      expect(applied).toMatchObject({ kind: 'MCPAccessGrant', spec: grant.spec, metadata: grant.metadata })
      expect(applied.metadata.resourceVersion).toEqual(expect.any(String))
      expect(Date.parse(applied.metadata.creationTimestamp ?? '')).toBeGreaterThan(0)
      expect(await store.get('MCPAccessGrant', key)).toEqual(applied)
      expect(await store.get('MCPAgentSession', key)).toBeUndefined()
    })

    test('lists by kind and namespace, in the order of the names', async () => {
      for (const other of [serverNamed('payments'), sessionOn('payments', 's1')]) await store.apply(other)
      for (const it of ['b', 'a']) await store.apply(grantOn('payments', it))
      await store.apply(grantOn('payments', 'c', {}, 'away'))
      const names = async (namespace?: string) =>
        (await store.list('MCPAccessGrant', namespace)).items.map(({ metadata }) => metadata.name)
      expect([await names('home'), await names('away'), await names('none')]).toEqual([['a', 'b'], ['c'], []])
      expect(await names()).toEqual(['c', 'a', 'b'])
    })

    test('puts a state in the place of the one that was read, and of no other', async () => {
      const first = await store.apply(grant)
      const changed = { ...first, spec: { ...first.spec, maxTrust: 'high' as const } }
      const second = await store.apply(changed)
      expect(second.spec.maxTrust).toBe('high')
      expect(second.metadata.resourceVersion).not.toBe(first.metadata.resourceVersion)
      expect(second.metadata.creationTimestamp).toBe(first.metadata.creationTimestamp)
      for (const stale of [
        changed,
        grant,
        { ...grant, metadata: { ...grant.metadata, name: 'x', resourceVersion: '1' } },
      ]) {
        await expect(store.apply(stale)).rejects.toMatchObject({ name: 'ResourceError', code: 'conflict' })
      }
      expect(await store.get('MCPAccessGrant', key)).toEqual(second)
    })

    test('lets one of many win that read the same state', async () => {
      const first = await store.apply(grant)
      const outcomes = await Promise.allSettled(
        ['one', 'two', 'three'].map((policyVersion) =>
          store.apply({ ...first, spec: { ...first.spec, policyVersion } }),
        ),
      )
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    })

    test('merges a patch: null removes, lists are replaced, the rest stays', async () => {
      await store.apply(grantOn('payments', 'ops', { maxTrust: 'low', policyVersion: 'v1' }))
      const patched = await store.patch('MCPAccessGrant', key, {
        metadata: { labels: { team: 'a' } },
        spec: { disabled: true, policyVersion: null, allowedSideEffects: ['write'] },
      })
      expect(patched).toMatchObject({
        metadata: { labels: { team: 'a' } },
        spec: { disabled: true, maxTrust: 'low', allowedSideEffects: ['write'] },
      })
      expect(patched.spec).not.toHaveProperty('policyVersion')
      expect(await store.get('MCPAccessGrant', key)).toEqual(patched)
    })

    test('patches the state that is named, or none', async () => {
      const first = await store.apply(grant)
      const resourceVersion = first.metadata.resourceVersion ?? ''
      const patch = { metadata: { resourceVersion }, spec: { disabled: true } }
      await store.patch('MCPAccessGrant', key, patch)
      const again = store.patch('MCPAccessGrant', key, { ...patch, spec: { disabled: false } })
      await expect(again).rejects.toMatchObject({ code: 'conflict' })
      const missing = store.patch('MCPAccessGrant', { ...key, name: 'none' }, { spec: {} })
      await expect(missing).rejects.toMatchObject({ code: 'not_found' })
    })

    test('refuses what is no resource, and keeps what was there', async () => {
      const first = await store.apply(grant)
      const misspelt = { spec: { disabeld: true } }
      const refused = store.patch('MCPAccessGrant', key, misspelt)
      await expect(refused).rejects.toMatchObject({ code: 'invalid' })
      await expect(refused).rejects.toThrow('disabeld')
      await expect(store.apply(grantOn('payments', '../ops'))).rejects.toMatchObject({ code: 'invalid' })
      await expect(store.apply(grantOn('payments', 'none', { subject: {} }))).rejects.toMatchObject({
        code: 'invalid',
      })
      expect((await store.list('MCPAccessGrant')).items).toEqual([first])
    })

    test('refuses to turn an object to another server', async () => {
      await store.apply(grant)
      const turned = store.patch('MCPAccessGrant', key, { spec: { serverRef: { name: 'other' } } })
      await expect(turned).rejects.toMatchObject({ code: 'invalid' })
    })

    test('keeps a status beside the resource, and the resource as it is', async () => {
      const first = await store.apply(grant)
      const status = { phase: 'Ready', message: 'in the policy' }
      await store.writeStatus('MCPAccessGrant', key, status)
      const read = await store.get('MCPAccessGrant', key)
      expect(read).toMatchObject({ spec: first.spec, status })
      const applied = await store.apply({ ...(read ?? first), status: { phase: 'Forged' } })
      expect(applied.status).toEqual(status)
      const missing = store.writeStatus('MCPAccessGrant', { ...key, name: 'none' }, status)
      await expect(missing).rejects.toMatchObject({ code: 'not_found' })
    })

    test('deletes the state that is named, or any, and once', async () => {
      const first = await store.apply(grant)
      await store.patch('MCPAccessGrant', key, { spec: { disabled: true } })
      const stale = store.delete('MCPAccessGrant', key, first.metadata.resourceVersion)
      await expect(stale).rejects.toMatchObject({ code: 'conflict' })
      await store.delete('MCPAccessGrant', key)
      expect(await store.get('MCPAccessGrant', key)).toBeUndefined()
      await expect(store.delete('MCPAccessGrant', key)).rejects.toMatchObject({ code: 'not_found' })
      // Another of that name is another object: nothing of the first one's clings to it.
      await store.apply(grant)
      expect((await store.get('MCPAccessGrant', key))?.status).toBeUndefined()
    })

    test('a watch lists first, then tells each change', async () => {
      await store.apply(grant)
      const told = changesOf(store, 'MCPAccessGrant', 3)
      await store.apply(serverNamed('payments'))
      const abort = new AbortController()
      for await (const { type } of store.watch('MCPAccessGrant', { signal: abort.signal })) {
        // By now the watch above has begun, too.
        expect(type).toBe('listed')
        abort.abort()
      }
      await store.apply(grantOn('payments', 'second'))
      await store.delete('MCPAccessGrant', key)
      expect(await told).toMatchObject([
        { type: 'listed', items: [{ metadata: { name: 'ops' } }] },
        { type: 'applied', resource: { metadata: { name: 'second' } } },
        { type: 'deleted', namespace: 'home', name: 'ops' },
      ])
    })

    test('a watch goes on where a listing or another watch ended', async () => {
      const { resourceVersion } = await store.list('MCPAccessGrant')
      await store.apply(grant)
      await store.patch('MCPAccessGrant', key, { spec: { disabled: true } })
      const [first] = await changesOf(store, 'MCPAccessGrant', 1, resourceVersion)
      expect(first).toMatchObject({ type: 'applied', resource: { spec: { maxTrust: 'low' } } })
      const [second] = await changesOf(store, 'MCPAccessGrant', 1, first?.resourceVersion)
      expect(second).toMatchObject({ type: 'applied', resource: { spec: { disabled: true } } })
    })

    test('a watch from a state that nobody remembers lists anew', async () => {
      await store.apply(grant)
      const [first] = await changesOf(store, 'MCPAccessGrant', 1, 'long-ago.1')
      expect(first).toMatchObject({ type: 'listed', items: [{ metadata: { name: 'ops' } }] })
    })

    test('a watch ends when the store is closed', async () => {
      const told: string[] = []
      const { signal } = new AbortController()
      const watching = (async () => {
        for await (const { type } of store.watch('MCPServer', { signal })) {
          told.push(type)
          await store.close()
        }
      })()
      await watching
      expect(told).toEqual(['listed'])
    })
  })
}
