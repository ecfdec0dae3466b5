import { Kysely, sql } from 'kysely'
import { createEmbeddedPostgres } from '../postgres.ts'

/** Commits pairs of rows, tells of each pair, and goes on until it is killed. */
const [dataDirectory = '', first = '0'] = process.argv.slice(2)
const { dialect } = await createEmbeddedPostgres({ dataDirectory })
const db = new Kysely<{ pair: { number: number; half: string } }>({ dialect })
await sql`CREATE TABLE IF NOT EXISTS pair (number int, half text, PRIMARY KEY (number, half))`.execute(db)
for (let number = Number(first); ; number++) {
  await db.transaction().execute(async (transaction) => {
    await transaction.insertInto('pair').values({ number, half: 'left' }).execute()
    await transaction.insertInto('pair').values({ number, half: 'right' }).execute()
  })
  process.send?.(number)
}
