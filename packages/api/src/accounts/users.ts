import type { Kysely } from 'kysely'
import type { Tables } from '../database.ts'
import { AccountError } from '../errors.ts'
import type { Passwords } from '../passwords.ts'
import { audit } from './audit.ts'
import type { Actor, Context } from './context.ts'
import { parseEmail } from './email.ts'
import { namespaceOf } from './team-namespace.ts'
import { isUuid } from './uuid.ts'

export interface User {
  readonly id: string
  readonly email: string
  readonly role: 'user' | 'admin'
}

export interface NewUser {
  readonly email: string
  readonly password: string
  readonly role?: User['role'] | undefined
}

interface ListedUser extends User {
  readonly createdAt: Date
  /** Of the first team. */
  readonly namespace: string | undefined
}

export interface Users {
  /** `how` they came, in the audit log. */
  readonly create: (user: NewUser, actor: Actor, how?: 'user_create' | 'signup') => Promise<User>
  readonly get: (id: string) => Promise<User>
  readonly byEmail: (email: string) => Promise<User | undefined>
  /** By e-mail address; `after` one of them. */
  readonly list: (page: {
    readonly limit: number
    readonly after?: string | undefined
  }) => Promise<readonly ListedUser[]>
  /** All that its password opened is closed. */
  readonly setPassword: (id: string, password: string, actor: Actor) => Promise<void>
  readonly setRole: (id: string, role: User['role'], actor: Actor) => Promise<User>
  /** With its keys, sessions and memberships. The row stays, because the audit log speaks of it. */
  readonly remove: (id: string, actor: Actor) => Promise<void>
}

export const noSuchUser = (): AccountError => new AccountError('user_not_found', 'there is no such user')

export const createUsers = (context: Context, passwords: Passwords): Users => {
  const { db, clock, ids } = context
  const now = () => new Date(clock())

  const find = async (source: Kysely<Tables>, id: string, lock = false): Promise<User> => {
    if (!isUuid(id)) throw noSuchUser()
    const query = source
      .selectFrom('users')
      .select(['id', 'email', 'role'])
      .where('id', '=', id)
      .where('deleted_at', 'is', null)
    const user = await (lock ? query.forUpdate() : query).executeTakeFirst()
    if (user === undefined) throw noSuchUser()
    return user
  }

  return {
    create: async ({ email, password, role = 'user' }, actor, how = 'user_create') => {
      const address = parseEmail(email)
      const passwordHash = await passwords.hash(password)
      return db.transaction().execute(async (transaction) => {
        const user = await transaction
          .insertInto('users')
          .values({ id: ids.uuid(), email: address, role, created_at: now() })
          .onConflict((conflict) => conflict.column('email').doNothing())
          .returning(['id', 'email', 'role'])
          .executeTakeFirst()
        if (user === undefined) throw new AccountError('email_taken', 'this e-mail address has an account')
        await transaction
          .insertInto('auth_identities')
          .values({
            user_id: user.id,
            provider: 'password',
            subject: address,
            password_hash: passwordHash,
            created_at: now(),
          })
          .execute()
        await audit(context, transaction, actor, {
          action: how,
          resource: `user/${user.id}`,
          after: user,
        })
        return user
      })
    },
    get: (id) => find(db, id),
    byEmail: (email) =>
      db
        .selectFrom('users')
        .select(['id', 'email', 'role'])
        .where('email', '=', parseEmail(email))
        .where('deleted_at', 'is', null)
        .executeTakeFirst(),
    list: async ({ limit, after = '' }) => {
      const rows = await db
        .selectFrom('users')
        .select((row) => [
          'id',
          'email',
          'role',
          'created_at as createdAt',
          row
            .selectFrom('team_memberships')
            .innerJoin('teams', 'teams.id', 'team_memberships.team_id')
            .select(({ fn }) => fn.min('teams.slug').as('slug'))
            .whereRef('team_memberships.user_id', '=', 'users.id')
            .where('team_memberships.deleted_at', 'is', null)
            .where('teams.deleted_at', 'is', null)
            .as('slug'),
        ])
        .where('deleted_at', 'is', null)
        .where('email', '>', after)
        .orderBy('email')
        .limit(limit)
        .execute()
      return rows.map(({ slug, ...user }) => ({
        ...user,
        namespace: slug === null ? undefined : namespaceOf(slug),
      }))
    },
    setPassword: async (id, password, actor) => {
      const passwordHash = await passwords.hash(password)
      await db.transaction().execute(async (transaction) => {
        const user = await find(transaction, id, true)
        await transaction
          .insertInto('auth_identities')
          .values({
            user_id: id,
            provider: 'password',
            subject: user.email,
            password_hash: passwordHash,
            created_at: now(),
          })
          .onConflict((conflict) =>
            conflict
              .columns(['provider', 'subject'])
              .doUpdateSet({ password_hash: passwordHash })
              .where('auth_identities.user_id', '=', id),
          )
          .execute()
        await endLogins(transaction, id, now())
        await audit(context, transaction, actor, { action: 'password_set', resource: `user/${id}` })
      })
    },
    setRole: (id, role, actor) =>
      db.transaction().execute(async (transaction) => {
        // First, because it locks the most: whoever locked one row before would wait for those who wait for it.
        if (role !== 'admin') await refuseWithoutAdmin(transaction, id)
        const before = await find(transaction, id, true)
        const after = { ...before, role }
        await transaction.updateTable('users').set({ role }).where('id', '=', id).execute()
        await audit(context, transaction, actor, {
          action: 'user_role',
          resource: `user/${id}`,
          before,
          after,
        })
        return after
      }),
    remove: (id, actor) =>
      db.transaction().execute(async (transaction) => {
        await refuseWithoutAdmin(transaction, id)
        const before = await find(transaction, id, true)
        await transaction.updateTable('users').set({ deleted_at: now() }).where('id', '=', id).execute()
        await endEverything(transaction, id, now())
        await transaction
          .updateTable('team_memberships')
          .set({ deleted_at: now() })
          .where('user_id', '=', id)
          .where('deleted_at', 'is', null)
          .execute()
        await audit(context, transaction, actor, {
          action: 'user_delete',
          resource: `user/${id}`,
          before,
        })
      }),
  }
}

/** The rows of all admins are locked: of two that go at once, the second finds itself the last. */
const refuseWithoutAdmin = async (transaction: Kysely<Tables>, leaving: string): Promise<void> => {
  const admins = await transaction
    .selectFrom('users')
    .select('id')
    .where('role', '=', 'admin')
    .where('deleted_at', 'is', null)
    .orderBy('id')
    .forUpdate()
    .execute()
  if (admins.length === 1 && admins[0]?.id === leaving)
    throw new AccountError('last_admin', 'nobody could govern any more: this is the only admin')
}

export const endLogins = async (transaction: Kysely<Tables>, userId: string, now: Date): Promise<void> => {
  await transaction
    .updateTable('ui_sessions')
    .set({ revoked_at: now })
    .where('user_id', '=', userId)
    .where('revoked_at', 'is', null)
    .execute()
  await transaction
    .updateTable('refresh_tokens')
    .set({ revoked: true })
    .where('user_id', '=', userId)
    .execute()
}

export const endEverything = async (
  transaction: Kysely<Tables>,
  userId: string,
  now: Date,
): Promise<void> => {
  await endLogins(transaction, userId, now)
  for (const table of ['api_keys', 'registry_credentials'] as const)
    await transaction
      .updateTable(table)
      .set({ revoked: true, revoked_at: now })
      .where('user_id', '=', userId)
      .where('revoked', '=', false)
      .execute()
}
