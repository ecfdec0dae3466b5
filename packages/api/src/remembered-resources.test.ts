import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ResourceStore } from '@mcp-sentinel/resources'
import { directoryStore } from '@mcp-sentinel/resources/adapters/directory'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { resourceStoreContract } from '../../resources/src/contract-tests/resource-store.ts'
import { grantOn } from '../../resources/src/contract-tests/resources.ts'
import { rememberedResources } from './remembered-resources.ts'

const patience = { timeout: 15_000 }

const open = async (change: (store: ResourceStore) => ResourceStore = (store) => store) => {
  const folder = await mkdtemp(join(tmpdir(), 'remembered-'))
  const inner = await directoryStore(folder)
  const store = rememberedResources({ store: change(inner), retryMs: 1 })
  return {
    inner,
    store,
    dispose: async () => {
      await store.close()
      await inner.close()
      await rm(folder, { recursive: true })
    },
  }
}

resourceStoreContract('remembered', async () => {
  const { store, inner, dispose } = await open()
  const close = async (): Promise<void> => {
    await store.close()
    await inner.close()
  }
  return { store: { ...store, close }, dispose }
})

describe('what is remembered of resources', () => {
  let opened: Awaited<ReturnType<typeof open>>
  afterEach(() => opened.dispose())
  const names = async (store: ResourceStore) =>
    (await store.list('MCPAccessGrant')).items.map(({ metadata }) => metadata.name)

  it('is listed without another look at the store', async () => {
    let lists = 0
    opened = await open((store) => ({
      ...store,
      list: (kind, namespace) => {
        lists++
        return store.list(kind, namespace)
      },
    }))
    await vi.waitFor(async () => {
      const before = lists
      await opened.store.list('MCPAccessGrant')
      expect(lists).toBe(before)
    }, patience)
    await opened.store.apply(grantOn('payments', 'ops'))
    expect(await names(opened.store)).toEqual(['ops'])
    await opened.store.delete('MCPAccessGrant', { namespace: 'home', name: 'ops' })
    expect(await names(opened.store)).toEqual([])
  })

  it('follows what others write', async () => {
    opened = await open()
    await opened.inner.apply(grantOn('payments', 'ops'))
    await vi.waitFor(async () => expect(await names(opened.store)).toEqual(['ops']), patience)
    await opened.inner.delete('MCPAccessGrant', { namespace: 'home', name: 'ops' })
    await vi.waitFor(async () => expect(await names(opened.store)).toEqual([]), patience)
  })

  it('counts for nothing while the store cannot be watched', async () => {
    opened = await open((store) => ({
      ...store,
      // biome-ignore lint/correctness/useYield: it fails before it has anything to tell
      watch: async function* () {
        throw new Error('the store is away')
      },
    }))
    await opened.inner.apply(grantOn('payments', 'ops'))
    expect(await names(opened.store)).toEqual(['ops'])
  })
})
