import { EventEmitter } from 'node:events'
import { expect, test } from 'vitest'
import { ConfigError, defineConfig, port } from './config.ts'
import { processVariables } from './process-variables.ts'
import { runService, type ServiceProcess, type Starting } from './run-service.ts'

const config = defineConfig({ ...processVariables(), PORT: port().default(8081) })

/** A process that notes what it is told, and ends when it is told to exit. */
const processOf = (env: Record<string, string>, argv: string[] = []) => {
  const events = new EventEmitter()
  const exited = Promise.withResolvers<number>()
  const written = { out: '', err: '' }
  const process = {
    argv,
    env: { LOG_LEVEL: 'silent', ...env },
    stdout: { write: (text: string) => (written.out += text) },
    stderr: { write: (text: string) => (written.err += text) },
    on: events.on.bind(events) as unknown as ServiceProcess['on'],
    removeAllListeners: (event: string) => events.removeAllListeners(event),
    exit: (code: number) => exited.resolve(code),
  }
  return { process, events, exitCode: exited.promise, written }
}
const step = (closed: string[], name: string) => ({
  name,
  deadlineMs: 60_000,
  close: async () => void closed.push(name),
})

test('a configuration that cannot be used ends the process with 78 and all its faults', async () => {
  const { process, exitCode, written } = processOf({ PORT: 'x', LOG_LEVEL: 'loud' })
  await runService({ name: 'test', process, config, start: async () => [] })
  expect(await exitCode).toBe(78)
  expect(written.err).toContain('PORT: is not a whole number')
  expect(written.err).toContain('LOG_LEVEL: is none of')
})

test('so does one of which only the start knows', async () => {
  const { process, exitCode, written } = processOf({})
  const start = async () => {
    throw new ConfigError([{ variable: 'LOG_DIRECTORY', message: 'cannot be written' }])
  }
  await runService({ name: 'test', process, config, start })
  expect(await exitCode).toBe(78)
  expect(written.err).toContain('LOG_DIRECTORY: cannot be written')
})

test('--check-config looks, and starts nothing', async () => {
  const { process, exitCode } = processOf({ PORT: '1' }, ['node', 'main.js', '--check-config'])
  const started: unknown[] = []
  const start = async (starting: Starting<unknown>) => {
    started.push(starting)
    return []
  }
  await runService({ name: 'test', process, config, start })
  expect(await exitCode).toBe(0)
  expect(started).toEqual([])
})

test.each(['SIGTERM', 'SIGINT'])('%s closes in order', async (signal) => {
  const closed: string[] = []
  const { process, events, exitCode } = processOf({ PORT: '7' })
  const start = async ({ settings }: Starting<{ readonly PORT: number }>) => {
    closed.push(`started on ${settings.PORT}`)
    return ['listener', 'log'].map((name) => step(closed, name))
  }
  await runService({ name: 'test', process, config, start })
  events.emit(signal)
  expect(await exitCode).toBe(0)
  expect(closed).toEqual(['started on 7', 'listener', 'log'])
})

test.each<[string, (events: EventEmitter) => void]>([
  ['an error that nobody caught', (events) => events.emit('uncaughtException', new Error('bug'))],
  ['a rejection that nobody caught', (events) => events.emit('unhandledRejection', new Error('bug'))],
])('%s ends it with 1', async (_, happens) => {
  const { process, events, exitCode } = processOf({})
  await runService({ name: 'test', process, config, start: async () => [] })
  happens(events)
  expect(await exitCode).toBe(1)
})

test('so does a start that fails, and a step that does not close', async () => {
  const failing = processOf({})
  const start = async () => {
    throw new Error('port is taken')
  }
  await runService({ name: 'test', process: failing.process, config, start })
  expect(await failing.exitCode).toBe(1)

  const hanging = processOf({})
  const stuck = { name: 'log', deadlineMs: 10, close: () => new Promise<void>(() => {}) }
  await runService({ name: 'test', process: hanging.process, config, start: async () => [stuck] })
  hanging.events.emit('SIGTERM')
  expect(await hanging.exitCode).toBe(1)
})
