import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openServerTestDatabase, type TestDatabase } from './contract-tests/test-databases.ts'
import { createWorld } from './contract-tests/world.ts'
import { openDatabase } from './database.ts'

const url = process.env['POSTGRES_URL'] ?? ''

describe.runIf(url)('locks on a real Postgres', () => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await openServerTestDatabase(url)()
    await database.migrate()
  })
  afterAll(() => database.close())

  it('keep processes apart that do work of one name, and no others', async () => {
    // Two pools are to the server what two processes are.
    const other = await openDatabase({ dsn: database.dsn ?? '' })
    const [here, there] = [createWorld(database).locks, createWorld(other).locks]
    const { promise: mayEnd, resolve: end } = Promise.withResolvers<void>()
    const { promise: begun, resolve: begin } = Promise.withResolvers<void>()
    const order: string[] = []
    const first = here.exclusively('publish', async () => {
      begin()
      await mayEnd
      order.push('first')
    })
    await begun
    const second = there.exclusively('publish', async () => order.push('second'))
    await there.exclusively('something else', async () => order.push('other'))
    end()
    await Promise.all([first, second])
    expect(order).toEqual(['other', 'first', 'second'])
    await other.close()
  })

  it('are free again when the work fails', async () => {
    const { locks } = createWorld(database)
    const failed = new Error('no')
    await expect(locks.exclusively('publish', () => Promise.reject(failed))).rejects.toBe(failed)
    expect(await locks.exclusively('publish', async () => 'again')).toBe('again')
  })
})
