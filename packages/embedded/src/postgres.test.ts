import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Kysely, sql } from 'kysely'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import { temporaryDirectory } from './fault-tests/temporary-directory.ts'
import { createEmbeddedPostgres, type EmbeddedPostgres } from './postgres.ts'

interface Tables {
  account: { id: string; balance: number }
}

let directory: Awaited<ReturnType<typeof temporaryDirectory>>
let postgres: EmbeddedPostgres
let db: Kysely<Tables>

const open = async (): Promise<void> => {
  postgres = await createEmbeddedPostgres({ dataDirectory: directory.path })
  db = new Kysely<Tables>({ dialect: postgres.dialect })
}

beforeAll(async () => {
  directory = await temporaryDirectory()
  await open()
  await sql`CREATE TABLE account (id text PRIMARY KEY, balance int NOT NULL CHECK (balance >= 0))`.execute(db)
}, 60_000)
afterAll(async () => {
  await postgres.close()
  await directory.remove()
})

const accounts = () => db.selectFrom('account').selectAll().orderBy('id').execute()

const begin = async () => {
  await db.deleteFrom('account').execute()
  await db
    .insertInto('account')
    .values([
      { id: 'a', balance: 100 },
      { id: 'b', balance: 0 },
    ])
    .execute()
}

it('says how many rows a statement touched', async () => {
  await begin()
  const updated = await db
    .updateTable('account')
    .set({ balance: 1 })
    .where('balance', '>', 0)
    .executeTakeFirstOrThrow()
  expect(updated.numUpdatedRows).toBe(1n)
  const deleted = await db.deleteFrom('account').executeTakeFirstOrThrow()
  expect(deleted.numDeletedRows).toBe(2n)
})

it('gives big numbers, bytes, times and documents as pg does', async () => {
  const { rows } = await sql`
    SELECT 9007199254740993::bigint AS big, '\\x00ff'::bytea AS bytes,
      '2026-01-02T03:04:05.678Z'::timestamptz AS time, '{"a": [1]}'::jsonb AS document, 7 AS small`.execute(
    db,
  )
  expect(rows).toEqual([
    {
      big: '9007199254740993',
      bytes: Buffer.from([0, 255]),
      time: new Date('2026-01-02T03:04:05.678Z'),
      document: { a: [1] },
      small: 7,
    },
  ])
})

it('keeps transactions that are asked for at once apart from each other and from all else', async () => {
  await begin()
  const moves = Array.from({ length: 20 }, () =>
    db.transaction().execute(async (transaction) => {
      const { balance } = await transaction
        .selectFrom('account')
        .select('balance')
        .where('id', '=', 'a')
        .executeTakeFirstOrThrow()
      await transaction
        .updateTable('account')
        .set({ balance: balance - 1 })
        .where('id', '=', 'a')
        .execute()
      await transaction
        .updateTable('account')
        .set((row) => ({ balance: row('balance', '+', 1) }))
        .where('id', '=', 'b')
        .execute()
    }),
  )
  const sums = Array.from({ length: 20 }, async () => {
    const { sum } = await db
      .selectFrom('account')
      .select(({ fn }) => fn.sum<string>('balance').as('sum'))
      .executeTakeFirstOrThrow()
    return sum
  })
  await Promise.all(moves)
  expect(new Set(await Promise.all(sums))).toEqual(new Set(['100']))
  expect(await accounts()).toEqual([
    { id: 'a', balance: 80 },
    { id: 'b', balance: 20 },
  ])
})

it('gives a transaction the isolation that it asks for', async () => {
  const { rows } = await db
    .transaction()
    .setIsolationLevel('serializable')
    .execute((transaction) => sql`SHOW transaction_isolation`.execute(transaction))
  expect(rows).toEqual([{ transaction_isolation: 'serializable' }])
})

it('takes back a transaction that failed, tells by which rule, and goes on', async () => {
  await begin()
  const failing = db.transaction().execute(async (transaction) => {
    await transaction.updateTable('account').set({ balance: 7 }).where('id', '=', 'b').execute()
    await transaction.updateTable('account').set({ balance: -1 }).where('id', '=', 'a').execute()
  })
  await expect(failing).rejects.toMatchObject({ code: '23514' })
  const swallowing = db.transaction().execute(async (transaction) => {
    await transaction.updateTable('account').set({ balance: 7 }).where('id', '=', 'b').execute()
    await sql`SELECT nothing`.execute(transaction).catch(() => {})
  })
  await expect(swallowing).rejects.toThrow()
  expect(await accounts()).toEqual([
    { id: 'a', balance: 100 },
    { id: 'b', balance: 0 },
  ])
})

it('closes in order: what runs ends, what waits and what comes is refused, and all of it is there again', async () => {
  await begin()
  let goOn = (): void => {}
  const gate = new Promise<void>((resolve) => {
    goOn = resolve
  })
  let hasBegun = (): void => {}
  const begun = new Promise<void>((resolve) => {
    hasBegun = resolve
  })
  const running = db.transaction().execute(async (transaction) => {
    await transaction.updateTable('account').set({ balance: 5 }).where('id', '=', 'b').execute()
    hasBegun()
    await gate
  })
  await begun
  const refused = expect(accounts()).rejects.toMatchObject({ code: 'engine_closed' })
  // The one that waits has to stand in line before the door is closed.
  await new Promise(setImmediate)
  const closed = postgres.close()
  await refused
  goOn()
  await running
  await closed
  await postgres.close()
  await expect(accounts()).rejects.toMatchObject({ name: 'EmbeddedError', code: 'engine_closed' })
  await db.destroy()

  await open()
  expect(await accounts()).toContainEqual({ id: 'b', balance: 5 })
})

it('refuses a directory that cannot be', async () => {
  const { path, remove } = await temporaryDirectory()
  onTestFinished(remove)
  await writeFile(join(path, 'a-file'), '')
  await expect(
    createEmbeddedPostgres({ dataDirectory: join(path, 'a-file', 'below') }),
  ).rejects.toMatchObject({ code: 'data_directory_unusable' })
})
