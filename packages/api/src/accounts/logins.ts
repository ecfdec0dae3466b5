import type { Kysely } from 'kysely'
import type { Tables } from '../database.ts'
import { AccountError } from '../errors.ts'
import type { Passwords } from '../passwords.ts'
import { audit } from './audit.ts'
import type { Actor, Context } from './context.ts'
import { emailCharsMax, parseEmail } from './email.ts'
import { createLoginThrottle } from './login-throttle.ts'
import { endEverything, type NewUser, type User, type Users } from './users.ts'

/** What an identity provider said, after its token was verified. */
export interface ProvenIdentity {
  readonly issuer: string
  readonly subject: string
  readonly email: string
  readonly emailVerified: boolean
}

export interface Logins {
  /** Throws `credentials_invalid` whether it is the account or the password that is wrong, and `login_throttled`. */
  readonly byPassword: (email: string, password: string, actor: Actor) => Promise<User>
  /** Makes an account, for whoever comes; so many from one address. */
  readonly signUp: (user: Omit<NewUser, 'role'>, actor: Actor) => Promise<User>
  /** Whose account the provider's subject is linked to, if it is. */
  readonly linkedTo: (issuer: string, subject: string) => Promise<User | undefined>
  /** Makes the account when nobody has it yet. An e-mail address that is not verified proves nothing: `email_unverified`. */
  readonly byProvider: (identity: ProvenIdentity, actor: Actor) => Promise<User>
}

export const createLogins = (
  context: Context,
  passwords: Passwords,
  { create }: Pick<Users, 'create'>,
): Logins => {
  const { db, clock, ids } = context
  const throttle = createLoginThrottle(context)

  const succeed = (source: Kysely<Tables>, actor: Actor, user: User, action: string) =>
    audit(context, source, { ...actor, userId: user.id }, { action, resource: `user/${user.id}` })

  const byPassword: Logins['byPassword'] = async (given, password, actor) => {
    const email = given
      .slice(0, emailCharsMax + 1)
      .trim()
      .normalize('NFC')
      .toLowerCase()
    await throttle.begin(email, actor.address)
    const row = await db
      .selectFrom('auth_identities')
      .innerJoin('users', 'users.id', 'auth_identities.user_id')
      .select(['users.id', 'users.email', 'users.role', 'auth_identities.password_hash'])
      .where('auth_identities.provider', '=', 'password')
      .where('auth_identities.subject', '=', email.replaceAll('\0', '\ufffd'))
      .where('users.deleted_at', 'is', null)
      .executeTakeFirst()
    const verdict = await passwords.verify(row?.password_hash ?? undefined, password)
    if (row === undefined || !verdict.matches) {
      await audit(context, db, actor, {
        action: 'login',
        resource: row === undefined ? 'user/unknown' : `user/${row.id}`,
        status: 'failure',
      })
      throw new AccountError('credentials_invalid', 'the e-mail address or the password is wrong')
    }
    await throttle.succeed(email, actor.address)
    const { password_hash: stored, ...user } = row
    const { rehashed } = verdict
    await db.transaction().execute(async (transaction) => {
      if (rehashed !== undefined)
        await transaction
          .updateTable('auth_identities')
          .set({ password_hash: rehashed })
          .where('provider', '=', 'password')
          .where('subject', '=', email)
          // Not over a password that was set in between.
          .where('password_hash', '=', stored)
          .execute()
      await succeed(transaction, actor, user, 'login')
    })
    return user
  }

  const byProvider: Logins['byProvider'] = ({ issuer, subject, email, emailVerified }, actor) =>
    db.transaction().execute(async (transaction) => {
      const provider = `oidc:${issuer}`
      const now = new Date(clock())
      const linked = await linkedTo(transaction, provider, subject)
      if (linked !== undefined) {
        await succeed(transaction, actor, linked, 'oidc_login')
        return linked
      }
      if (!emailVerified)
        throw new AccountError('email_unverified', 'the provider has not verified this e-mail address')
      const { user, isNew } = await accountOf(transaction, parseEmail(email), ids.uuid(), now)
      const link = await transaction
        .insertInto('auth_identities')
        .values({ user_id: user.id, provider, subject, password_hash: null, created_at: now })
        .onConflict((conflict) => conflict.columns(['provider', 'subject']).doNothing())
        .returning('user_id')
        .executeTakeFirst()
      // Without a link the same person, in another window, was as quick, and has done all this.
      if (link !== undefined && !isNew) await closePrepared(transaction, user.id, now)
      await succeed(transaction, actor, user, isNew ? 'oidc_signup' : 'oidc_link')
      return user
    })

  return {
    byPassword,
    byProvider,
    signUp: async (user, actor) => {
      await throttle.beginSignup(actor.address)
      return create({ email: user.email, password: user.password }, actor, 'signup')
    },
    linkedTo: (issuer, subject) => linkedTo(db, `oidc:${issuer}`, subject),
  }
}

const removed = (): AccountError => new AccountError('credentials_invalid', 'this account was removed')

const linkedTo = async (
  transaction: Kysely<Tables>,
  provider: string,
  subject: string,
): Promise<User | undefined> => {
  const row = await transaction
    .selectFrom('auth_identities')
    .innerJoin('users', 'users.id', 'auth_identities.user_id')
    .select(['users.id', 'users.email', 'users.role', 'users.deleted_at'])
    .where('provider', '=', provider)
    .where('subject', '=', subject)
    .executeTakeFirst()
  if (row === undefined) return undefined
  const { deleted_at: deletedAt, ...user } = row
  if (deletedAt !== null) throw removed()
  return user
}

const accountOf = async (
  transaction: Kysely<Tables>,
  email: string,
  id: string,
  now: Date,
): Promise<{ readonly user: User; readonly isNew: boolean }> => {
  const made = await transaction
    .insertInto('users')
    .values({ id, email, role: 'user', created_at: now })
    .onConflict((conflict) => conflict.column('email').doNothing())
    .returning(['id', 'email', 'role'])
    .executeTakeFirst()
  if (made !== undefined) return { user: made, isNew: true }
  const user = await transaction
    .selectFrom('users')
    .select(['id', 'email', 'role'])
    .where('email', '=', email)
    .where('deleted_at', 'is', null)
    .forUpdate()
    .executeTakeFirst()
  if (user === undefined) throw removed()
  return { user, isNew: false }
}

/** Whoever signed up with the address never proved that it is theirs: what they hold opens nothing from now on. */
const closePrepared = async (transaction: Kysely<Tables>, userId: string, now: Date): Promise<void> => {
  await transaction
    .deleteFrom('auth_identities')
    .where('user_id', '=', userId)
    .where('provider', '=', 'password')
    .execute()
  await endEverything(transaction, userId, now)
}
