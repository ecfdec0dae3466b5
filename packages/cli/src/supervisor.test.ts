import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { workloadsContract } from '../../resources/src/contract-tests/workloads.ts'
import type { Part } from './supervised/part.ts'
import { createSupervisor, type Supervisor } from './supervisor.ts'

/** A part that can be made to end, fail, hang and speak. */
const toyPart = (key: string, closed = (): void => {}) => {
  const toy = {
    starts: 0,
    closes: 0,
    isUp: false,
    /** Why it does not start. */
    refusal: undefined as string | undefined,
    check: undefined as (() => Promise<string | undefined>) | undefined,
    end: (_: string): void => {},
    say: (_: string): void => {},
  }
  const part: Part = {
    key,
    display: key,
    namespace: 'mcp-sentinel',
    start: async (log) => {
      if (toy.refusal !== undefined) throw new Error(toy.refusal)
      toy.starts++
      toy.isUp = true
      toy.say = log
      const { promise: ended, resolve } = Promise.withResolvers<string>()
      toy.end = (how) => {
        toy.isUp = false
        resolve(how)
      }
      return {
        ended,
        check: async () => toy.check?.(),
        close: async () => {
          toy.closes++
          toy.isUp = false
          closed()
          resolve('closed')
        },
      }
    },
  }
  return { toy, part }
}

const backoffMs = { first: 5, max: 20 }
const make = async () => {
  const folder = await mkdtemp(join(tmpdir(), 'supervisor-'))
  const reports: string[] = []
  const supervisor = createSupervisor({ folder, report: (line) => reports.push(line), backoffMs })
  const away: number[] = []
  const toys = ['one', 'two', 'three'].map((key) =>
    toyPart(key, () => away.push(toys.filter(({ toy }) => !toy.isUp).length)),
  )
  for (const { part } of toys) await supervisor.run(part)
  const toyOf = (key: string) => {
    const found = toys.find(({ part }) => part.key === key)
    if (found === undefined) throw new Error(`there is no ${key}`)
    return found.toy
  }
  const dispose = async () => {
    await supervisor.close()
    await rm(folder, { recursive: true })
  }
  return { supervisor, reports, toys, toyOf, away, dispose }
}

workloadsContract('supervisor', async () => {
  const { supervisor, toyOf, dispose } = await make()
  return {
    workloads: supervisor.workloads,
    say: (component, text) => toyOf(component).say(text),
    starts: (component) => toyOf(component).starts,
    canDeploy: false,
    dispose,
  }
})

let made: Awaited<ReturnType<typeof make>>
let supervisor: Supervisor
beforeEach(async () => {
  made = await make()
  supervisor = made.supervisor
})
afterEach(() => made.dispose())
const statusOf = async (key: string) =>
  (await supervisor.workloads.components()).find((component) => component.key === key)

test('what ends by itself is started again, and that is told', async () => {
  const one = made.toyOf('one')
  one.end('SIGKILL')
  expect(await statusOf('one')).toMatchObject({ status: 'Ready' })
  await vi.waitFor(() => expect(one.starts).toBe(2))
  expect(made.reports).toEqual(['one ended (SIGKILL), and is started again'])
  expect(await statusOf('one')).toMatchObject({ status: 'Ready', ready: '1/1' })
})

test('what does not come back is tried for as long as it takes, and that is told', async () => {
  const one = made.toyOf('one')
  one.refusal = 'no room'
  one.end('exit 1')
  await vi.waitFor(() => expect(made.reports.length).toBeGreaterThan(4))
  expect(await statusOf('one')).toMatchObject({ status: 'NotReady', ready: '0/1' })
  expect((await statusOf('one'))?.message).toMatch(
    /^could not be started: no room; is started again after 20 ms$/,
  )
  one.refusal = undefined
  await vi.waitFor(async () => expect(await statusOf('one')).toMatchObject({ status: 'Ready' }))
})

test('a restart does not wait for the next try', async () => {
  const slow = createSupervisor({
    folder: tmpdir(),
    report: () => {},
    backoffMs: { first: 3_600_000, max: 3_600_000 },
  })
  const { toy, part } = toyPart('slow')
  await slow.run(part)
  toy.end('exit 1')
  await vi.waitFor(async () => expect((await slow.workloads.components())[0]?.status).toBe('NotReady'))
  await slow.workloads.restart({ component: 'slow' })
  await vi.waitFor(() => expect(toy.starts).toBe(2))
  toy.end('exit 1')
  // Nor does the end of all of them.
  await slow.close()
})

test('of all that are restarted, one at a time is away', async () => {
  const { workloads } = supervisor
  await workloads.restart({ all: true })
  await expect(workloads.restart({ all: true })).rejects.toMatchObject({ code: 'conflict', retryable: true })
  await expect(workloads.restart({ component: 'two' })).rejects.toMatchObject({ code: 'conflict' })
  await vi.waitFor(() => expect(made.toys.map(({ toy }) => toy.starts)).toEqual([2, 2, 2]))
  expect(made.away).toEqual([1, 1, 1])
})

test('where one does not come back, the ones after it stay up', async () => {
  const two = made.toyOf('two')
  two.refusal = 'no room'
  await supervisor.workloads.restart({ all: true })
  await vi.waitFor(() => expect(made.reports).toContain('a restart failed, and went no further: no room'))
  two.refusal = undefined
  await vi.waitFor(async () => expect(await statusOf('two')).toMatchObject({ status: 'Ready' }))
  expect(made.toys.map(({ toy }) => toy.starts)).toEqual([2, 2, 1])
})

test('what runs and cannot do its work is not ready, and what does not answer is an error', async () => {
  made.toyOf('one').check = async () => 'nothing was stored for 60000 ms'
  made.toyOf('two').check = async () => {
    throw new Error('ECONNREFUSED')
  }
  expect(await statusOf('one')).toMatchObject({
    status: 'NotReady',
    message: 'nothing was stored for 60000 ms',
  })
  expect(await statusOf('two')).toMatchObject({ status: 'Error', message: 'ECONNREFUSED' })
  expect(await statusOf('three')).toMatchObject({ status: 'Ready' })
})

test('what a part warns of is told at once; the rest is in its log', async () => {
  const { say } = made.toyOf('one')
  say('{"level":"info","msg":"fine"}\n')
  say('{"level":"error","msg":"not fine"}\n')
  expect(made.reports).toEqual(['one: {"level":"error","msg":"not fine"}'])
  const lines = await supervisor.workloads.logs('one')
  expect(lines.map(({ text }) => text)).toEqual([
    '{"level":"info","msg":"fine"}',
    '{"level":"error","msg":"not fine"}',
  ])
})

test('a log keeps the newest, and no more than it may', async () => {
  const { say } = made.toyOf('one')
  for (let index = 0; index < 30_000; index++) say(`${index}`)
  const lines = await supervisor.workloads.logs('one', { tail: 1_000_000 })
  expect(lines).toHaveLength(10_000)
  expect(lines.at(-1)?.text).toBe('29999')
  for (let index = 0; index < 300; index++) say('x'.repeat(100_000))
  const long = await supervisor.workloads.logs('one', { tail: 1_000_000 })
  expect(long.reduce((sum, { text }) => sum + text.length, 0)).toBeLessThanOrEqual(2 * 1024 ** 2)
})

test('what cannot start for the first time is a fault of who starts it', async () => {
  const { toy, part } = toyPart('broken')
  toy.refusal = 'port 80 is in use'
  await expect(supervisor.run(part)).rejects.toThrow('port 80 is in use')
  expect(await statusOf('broken')).toBeUndefined()
})

test('closed, all have ended, and none comes back', async () => {
  made.toyOf('two').end('SIGKILL')
  await supervisor.close()
  const starts = made.toys.map(({ toy }) => toy.starts)
  expect(made.toys.map(({ toy }) => toy.isUp)).toEqual([false, false, false])
  await new Promise((resolve) => setTimeout(resolve, 3 * backoffMs.max))
  expect(made.toys.map(({ toy }) => toy.starts)).toEqual(starts)
})
