import { fork } from 'node:child_process'
import { once } from 'node:events'
import { readdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { Kysely } from 'kysely'
import { expect, it, onTestFinished, vi } from 'vitest'
import { createEmbeddedPostgres } from '../postgres.ts'
import { temporaryDirectory } from './temporary-directory.ts'

const writer = fileURLToPath(new URL('./postgres-writer.ts', import.meta.url))

const emptyDirectory = async (): Promise<string> => {
  const { path, remove } = await temporaryDirectory()
  onTestFinished(remove)
  return path
}

const startWriter = (directory: string, first: number) => {
  const told: number[] = []
  const child = fork(writer, [directory, String(first)], {
    // Node runs the sources as they are; the options of the test runner are not for it.
    execArgv: ['--conditions=@mcp-sentinel/source'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  child.on('message', (number: number) => told.push(number))
  const kill = async (): Promise<void> => {
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    expect(await ended).toEqual([null, 'SIGKILL'])
  }
  return { told, kill }
}

it('killed again and again while it writes, it has what it committed, and of the rest nothing or the whole', async () => {
  const dataDirectory = await emptyDirectory()
  const committed: number[] = []
  for (let kill = 1; kill <= 3; kill++) {
    const running = startWriter(dataDirectory, kill * 1_000_000)
    const enough = 20 + Math.floor(Math.random() * 50)
    await vi.waitFor(() => expect(running.told.length).toBeGreaterThan(enough), 30_000)
    if (kill === 1) {
      await expect(createEmbeddedPostgres({ dataDirectory })).rejects.toMatchObject({
        name: 'EmbeddedError',
        code: 'data_directory_locked',
        message: `${dataDirectory} is in use by another process`,
      })
    }
    await running.kill()
    committed.push(...running.told)
  }

  const { dialect, close } = await createEmbeddedPostgres({ dataDirectory })
  const db = new Kysely<{ pair: { number: number; half: string } }>({ dialect })
  const rows = await db.selectFrom('pair').selectAll().orderBy('number').orderBy('half').execute()
  const numbers = [...new Set(rows.map(({ number }) => number))]
  expect(rows).toEqual(numbers.flatMap((number) => ['left', 'right'].map((half) => ({ number, half }))))
  expect(committed.filter((number) => !numbers.includes(number))).toEqual([])
  await close()
  expect((await readdir(dataDirectory)).sort()).toEqual(['data'])
}, 120_000)

it('killed while it makes its cluster, it makes it anew', async () => {
  const dataDirectory = await emptyDirectory()
  const running = startWriter(dataDirectory, 0)
  await vi.waitFor(async () => expect(await readdir(dataDirectory)).toContain('data.making'), 30_000)
  await running.kill()
  expect(running.told).toEqual([])
  const { close } = await createEmbeddedPostgres({ dataDirectory })
  await close()
  expect(await readdir(dataDirectory)).toEqual(['data'])
}, 60_000)
