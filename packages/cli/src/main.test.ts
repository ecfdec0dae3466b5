import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'

const main = fileURLToPath(new URL('main.ts', import.meta.url))

const run = (...args: string[]): ChildProcess => {
  const child = spawn(process.execPath, ['--conditions=@mcp-sentinel/source', main, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  return child
}

const ended = async (child: ChildProcess) => {
  const [out, told, [code]] = await Promise.all([
    text(child.stdout as NodeJS.ReadableStream),
    text(child.stderr as NodeJS.ReadableStream),
    once(child, 'exit'),
  ])
  return { code, out, told }
}

/** Reads until the calls were shown. */
const shown = async (child: ChildProcess): Promise<string> => {
  let read = ''
  for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
    read += chunk
    if (read.includes('Stop: Ctrl-C')) break
  }
  return read
}

test.each([
  [['down'], 'There is no command "down".'],
  [['up', '--port', 'x'], 'x is no port.'],
  [['up', '--nope'], "Unknown option '--nope'"],
  [['up', '--ephemeral', '--data', 'x'], '--ephemeral keeps nothing'],
])('%j is told what is wrong with it', async (args, message) => {
  const { code, told } = await ended(run(...args))
  expect(code).toBe(2)
  expect(told).toContain(message)
  expect(told).toContain('mcp-sentinel up [--once]')
})

test('--once ends with 0 when all went well', { timeout: 60_000 }, async () => {
  const { code, out } = await ended(run('up', '--once', '--ephemeral', '--port', '0'))
  expect(out).toContain('Both decisions were stored')
  expect(code).toBe(0)
})

test('it comes up again after it was killed, on the same data and the same port', {
  timeout: 60_000,
}, async () => {
  const data = await mkdtemp(join(tmpdir(), 'cli-main-'))
  onTestFinished(() => rm(data, { recursive: true, force: true, maxRetries: 5 }))
  const first = run('up', '--data', data, '--port', '0')
  const port = /localhost:(\d+)/.exec(await shown(first))?.[1] as string
  const gone = once(first, 'exit')
  first.kill('SIGKILL')
  await gone
  const second = run('up', '--data', data, '--port', port)
  expect(await shown(second)).toContain('Both decisions were stored')
  second.kill('SIGINT')
  expect(await once(second, 'exit')).toEqual([0, null])
})
