import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const dataDirectory = await mkdtemp(join(tmpdir(), 'accounts-'))

//#region accounts
import { authorize, createAccounts, createPasswords, openDatabase, randomIds } from '@mcp-sentinel/api'

const database = await openDatabase({ dataDirectory }) // or { dsn: 'postgres://…' }
await database.migrate()
const passwords = await createPasswords()
const accounts = createAccounts({ db: database.db, clock: Date.now, ids: randomIds, passwords })

const actor = { requestId: 'req-1', address: '192.0.2.1' }
await accounts.users.create({ email: 'ada@example.org', password: 'correct horse' }, actor)

const user = await accounts.logins.byPassword('ada@example.org', 'correct horse', actor)
const { token } = await accounts.sessions.start({ user }, actor)
const session = await accounts.sessions.verify(token) // { user: { email: 'ada@example.org', role: 'user' }, … }

const { role } = user
const verdict = authorize({ action: 'grant.change', role, membership: 'member', ownership: 'other' }) // { allowed: false, code: 'forbidden' }

await database.close()

//#endregion

export { dataDirectory, session, verdict }
