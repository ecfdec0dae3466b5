import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { componentStatuses, type Workloads } from '../workloads.ts'

/** Workloads for one test: at least two components, all of them ready. */
export interface WorkloadsHarness {
  readonly workloads: Workloads
  /** Has a component say something in its log. */
  readonly say: (component: string, text: string) => void | Promise<void>
  /** How often a component was started so far. */
  readonly starts: (component: string) => number | Promise<number>
  readonly canDeploy: boolean
  readonly dispose: () => Promise<void>
}

/** What whatever runs workloads promises. */
export const workloadsContract = (name: string, make: () => Promise<WorkloadsHarness>): void => {
  describe(`workloads: ${name}`, () => {
    let harness: WorkloadsHarness
    let workloads: Workloads
    let keys: readonly string[]
    beforeEach(async () => {
      harness = await make()
      workloads = harness.workloads
      keys = (await workloads.components()).map(({ key }) => key)
    })
    afterEach(() => harness.dispose())

    const [wait, first] = [{ timeout: 10_000 }, () => keys[0] ?? '']
    const allReady = () =>
      vi.waitFor(async () => {
        const statuses = (await workloads.components()).map(({ status }) => status)
        expect(statuses).toEqual(keys.map(() => 'Ready'))
      }, wait)
    const startsOf = () => Promise.all(keys.map(async (key) => harness.starts(key)))

    test('tells of each component once, in a fixed order, how it is', async () => {
      const components = await workloads.components()
      expect(components.length).toBeGreaterThan(1)
      expect(new Set(keys).size).toBe(keys.length)
      for (const component of components) {
        expect(componentStatuses).toContain(component.status)
        expect(component.ready).toMatch(/^\d+\/\d+$/)
        expect(component).toMatchObject({ status: 'Ready', message: '' })
        expect([component.display, component.namespace, component.kind, component.resource]).not.toContain('')
      }
      expect((await workloads.components()).map(({ key }) => key)).toEqual(keys)
    })

    test('restarts one, and leaves the others alone', async () => {
      const before = await startsOf()
      expect(await workloads.restart({ component: first() })).toEqual([first()])
      await vi.waitFor(async () => expect(await harness.starts(first())).toBe((before[0] ?? 0) + 1), wait)
      await allReady()
      expect((await startsOf()).slice(1)).toEqual(before.slice(1))
    })

    test('restarts all, in their order', async () => {
      const before = await startsOf()
      expect(await workloads.restart({ all: true })).toEqual(keys)
      await vi.waitFor(async () => expect(await startsOf()).toEqual(before.map((count) => count + 1)), wait)
      await allReady()
    })

    test('knows no other component', async () => {
      const unknown = { code: 'unknown_component', name: 'WorkloadError' }
      await expect(workloads.restart({ component: 'none' })).rejects.toMatchObject(unknown)
      await expect(workloads.logs('none')).rejects.toMatchObject(unknown)
    })

    test('gives what was said, the newest last, as much as is asked for', async () => {
      const said = async (query?: Parameters<Workloads['logs']>[1]) =>
        (await workloads.logs(first(), query))
          .map(({ text }) => text)
          .filter((text) => text.startsWith('said '))
      for (const text of ['said one', 'said two', 'said three']) await harness.say(first(), text)
      await vi.waitFor(async () => expect(await said()).toEqual(['said one', 'said two', 'said three']), wait)
      expect(await said({ tail: 2 })).toEqual(['said two', 'said three'])
      expect(await said({ tail: 0 })).toEqual([])
      expect(await said({ sinceMs: Date.now() + 60_000 })).toEqual([])
      expect(await said({ sinceMs: Date.now() - 60_000 })).toHaveLength(3)
      expect((await workloads.logs(first())).every(({ at }) => Math.abs(Date.now() - at) < 60_000)).toBe(true)
    })

    test('keeps what was said before the last restart', async () => {
      await harness.say(first(), 'said before')
      await vi.waitFor(async () => expect(await workloads.logs(first())).not.toEqual([]), wait)
      const before = await harness.starts(first())
      await workloads.restart({ component: first() })
      await vi.waitFor(async () => expect(await harness.starts(first())).toBe(before + 1), wait)
      await allReady()
      const texts = async (previous: boolean) =>
        (await workloads.logs(first(), { previous })).map(({ text }) => text)
      expect(await texts(true)).toContain('said before')
      expect(await texts(false)).not.toContain('said before')
    })

    test('has the namespace of a team as soon as it is provisioned, however often', async () => {
      const team = { name: 'mcp-team-blue', team: 'blue' }
      for (const _ of [1, 2]) await workloads.namespaces.provision(team)
      const names = await workloads.namespaces.list()
      expect(names.filter((one) => one === team.name)).toHaveLength(1)
      expect(names).toEqual([...names].sort())
      const invalid = workloads.namespaces.provision({ name: '../out', team: 'out' })
      await expect(invalid).rejects.toMatchObject({ code: 'invalid' })
    })

    test('deploys, or says that it cannot', async () => {
      const { deployments } = workloads
      const key = { namespace: 'mcp-team-blue', name: 'web' }
      const spec = { ...key, image: 'web', version: '1', port: 8088, replicas: 1, labels: {} }
      if (!harness.canDeploy) {
        const unsupported = { code: 'unsupported', retryable: false }
        await expect(deployments.apply(spec)).rejects.toMatchObject(unsupported)
        await expect(deployments.delete(key)).rejects.toMatchObject(unsupported)
        expect(await deployments.list()).toEqual([])
        return
      }
      await workloads.namespaces.provision({ name: key.namespace, team: 'blue' })
      expect(await deployments.apply(spec)).toMatchObject({ ...key, replicas: 1 })
      expect(await deployments.apply({ ...spec, replicas: 2 })).toMatchObject({ replicas: 2 })
      expect(await deployments.list(key.namespace)).toMatchObject([key])
      await deployments.delete(key)
      expect(await deployments.list(key.namespace)).toEqual([])
      await expect(deployments.delete(key)).rejects.toMatchObject({ code: 'not_found' })
    })
  })
}
