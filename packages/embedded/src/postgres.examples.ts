import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const dataDirectory = await mkdtemp(join(tmpdir(), 'embedded-'))

//#region postgres
import { createEmbeddedPostgres } from '@mcp-sentinel/embedded/postgres'
import { Kysely, sql } from 'kysely'

const postgres = await createEmbeddedPostgres({ dataDirectory })
const db = new Kysely<{ team: { slug: string } }>({ dialect: postgres.dialect })

await sql`CREATE TABLE team (slug text PRIMARY KEY)`.execute(db)
await db.insertInto('team').values({ slug: 'payments' }).execute()
const teams = await db.selectFrom('team').selectAll().execute() // [{ slug: 'payments' }]

await postgres.close()

//#endregion

export { dataDirectory, teams }
