import { type Authenticate, anonymous, type Caller } from '../caller.ts'
import { unauthorized } from '../problems.ts'
import { callers } from './callers.ts'
import { type OpenTestDatabase, openEmbeddedTestDatabase } from './test-databases.ts'
import { actor, createWorld, type World } from './world.ts'

/** Accounts with the people that `callers` tells of, each recognised by their name as an API key, as they are now. */
export interface People {
  readonly world: World
  readonly authenticate: Authenticate
  readonly idOf: (name: string) => string
  /** What was written down since it began so, the newest last. */
  readonly audited: () => Promise<
    readonly { readonly action: string; readonly resource: string | null; readonly user_id: string | null }[]
  >
  /** As it was at first, with other ids. */
  readonly reset: () => Promise<void>
  readonly close: () => Promise<void>
}

export const openPeople = async (open: OpenTestDatabase = openEmbeddedTestDatabase): Promise<People> => {
  const database = await open()
  await database.migrate()
  const world = createWorld(database)
  const ids: Record<string, string> = {}
  const idOf = (name: string): string => ids[name] ?? ''
  const reset = async (): Promise<void> => {
    await database.clear()
    for (const name of ['user', 'member', 'owner', 'otherOwner', 'admin']) {
      const role = name === 'admin' ? 'admin' : 'user'
      ids[name] = crypto.randomUUID()
      // Nobody logs in: a password would take longer than all the rest.
      await database.db
        .insertInto('users')
        .values({
          id: idOf(name),
          email: `${name.toLowerCase()}@example.org`,
          role,
          created_at: new Date(world.now()),
        })
        .execute()
    }
    for (const slug of ['red', 'blue']) await world.teams.create({ slug, name: `Team ${slug}` }, actor)
    await world.teams.addMember('red', idOf('member'), 'member', actor)
    await world.teams.addMember('red', idOf('owner'), 'owner', actor)
    await world.teams.addMember('blue', idOf('otherOwner'), 'owner', actor)
    await database.db.deleteFrom('audit_logs').execute()
  }

  const authenticate: Authenticate = async ({ apiKey }): Promise<Caller> => {
    if (apiKey === undefined) return anonymous
    if (apiKey === 'adminKey' || apiKey === 'serviceKey') return callers[apiKey]
    const id = ids[apiKey === 'readKey' ? 'owner' : apiKey]
    if (id === undefined) throw unauthorized('the API key is not known')
    const user = await world.users.get(id)
    const scopes = apiKey === 'readKey' ? ['read'] : []
    return {
      ...{ role: user.role, identity: 'user_api_key', keyId: apiKey, user, scopes },
      teams: await world.teams.ofUser(id),
    }
  }

  await reset()
  const audited: People['audited'] = () =>
    database.db.selectFrom('audit_logs').select(['action', 'resource', 'user_id']).orderBy('id').execute()
  return {
    world,
    authenticate,
    // Whatever changes is written down.
    reset: async () => {
      if ((await audited()).length > 0) await reset()
    },
    idOf,
    audited,
    close: database.close,
  }
}
