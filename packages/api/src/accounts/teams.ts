import type { Kysely } from 'kysely'
import type { Tables } from '../database.ts'
import { AccountError } from '../errors.ts'
import { audit } from './audit.ts'
import type { Actor, Context } from './context.ts'
import { parseName } from './name.ts'
import { namespaceOf } from './team-namespace.ts'
import { noSuchUser } from './users.ts'
import { isUuid } from './uuid.ts'

export interface Team {
  readonly id: string
  readonly slug: string
  readonly name: string
  readonly namespace: string
  readonly createdAt: Date
}

export type TeamRole = 'owner' | 'member'

export interface Membership {
  readonly userId: string
  readonly email: string
  readonly role: TeamRole
}

export interface Teams {
  readonly create: (team: { readonly slug: string; readonly name: string }, actor: Actor) => Promise<Team>
  readonly get: (slug: string) => Promise<Team>
  readonly list: () => Promise<readonly Team[]>
  /** By slug, with the role that the user has in each. */
  readonly ofUser: (userId: string) => Promise<readonly (Team & { readonly role: TeamRole })[]>
  readonly members: (slug: string) => Promise<readonly Membership[]>
  readonly addMember: (slug: string, userId: string, role: TeamRole, actor: Actor) => Promise<Membership>
  readonly setRole: (slug: string, userId: string, role: TeamRole, actor: Actor) => Promise<Membership>
  readonly removeMember: (slug: string, userId: string, actor: Actor) => Promise<void>
}

/** With `mcp-team-` before it, the name of a namespace, which may have 63 characters. */
const slugPattern = /^[a-z0-9]([a-z0-9-]{0,52}[a-z0-9])?$/
const teamsListedMax = 1000

type Source = Kysely<Tables>

const selectTeams = (source: Source) =>
  source
    .selectFrom('teams')
    .select(['teams.id', 'slug', 'display_name as name', 'teams.created_at as createdAt'])
    .where('teams.deleted_at', 'is', null)

const withNamespace = <T extends { readonly slug: string }>(row: T) => ({
  ...row,
  namespace: namespaceOf(row.slug),
})

const findTeam = async (source: Source, slug: string): Promise<Team> => {
  const row = slugPattern.test(slug)
    ? await selectTeams(source).where('slug', '=', slug).executeTakeFirst()
    : undefined
  if (row === undefined) throw new AccountError('team_not_found', 'there is no such team')
  return withNamespace(row)
}

const selectMembers = (source: Source, teamId: string) =>
  source
    .selectFrom('team_memberships')
    .innerJoin('users', 'users.id', 'team_memberships.user_id')
    .select(['users.id as userId', 'users.email', 'team_memberships.role'])
    .where('team_id', '=', teamId)
    .where('team_memberships.deleted_at', 'is', null)

const findMember = async (source: Source, teamId: string, userId: string): Promise<Membership> => {
  const row = isUuid(userId)
    ? await selectMembers(source, teamId).where('users.id', '=', userId).forUpdate().executeTakeFirst()
    : undefined
  if (row === undefined) throw new AccountError('membership_not_found', 'this user is no member of the team')
  return row
}

export const createTeams = (context: Context): Teams => {
  const { db, clock, ids } = context
  const now = () => new Date(clock())

  return {
    create: async ({ slug, name }, actor) => {
      if (!slugPattern.test(slug))
        throw new AccountError(
          'team_slug_invalid',
          'a slug has 1 to 54 of a-z, 0-9 and -, none of those at an end',
        )
      const named = parseName(name)
      return db.transaction().execute(async (transaction) => {
        const id = ids.uuid()
        const made = await transaction
          .insertInto('teams')
          .values({ id, slug, display_name: named, created_by: actor.userId ?? null, created_at: now() })
          .onConflict((conflict) => conflict.column('slug').doNothing())
          .returning('id')
          .executeTakeFirst()
        if (made === undefined) throw new AccountError('team_slug_taken', 'a team has or had this slug')
        await transaction
          .insertInto('namespaces')
          .values({
            id: ids.uuid(),
            team_id: id,
            namespace: namespaceOf(slug),
            display_name: named,
            scope: 'team',
            created_at: now(),
          })
          .execute()
        const after = await findTeam(transaction, slug)
        await audit(context, transaction, actor, {
          action: 'team_create',
          resource: `team/${slug}`,
          namespace: after.namespace,
          after,
        })
        return after
      })
    },
    get: (slug) => findTeam(db, slug),
    list: async () => {
      const rows = await selectTeams(db).orderBy('slug').limit(teamsListedMax).execute()
      return rows.map(withNamespace)
    },
    ofUser: async (userId) => {
      const rows = await selectTeams(db)
        .innerJoin('team_memberships', 'team_memberships.team_id', 'teams.id')
        .select('team_memberships.role')
        .where('team_memberships.user_id', '=', userId)
        .where('team_memberships.deleted_at', 'is', null)
        .orderBy('slug')
        .limit(teamsListedMax)
        .execute()
      return rows.map(withNamespace)
    },
    members: async (slug) => {
      const { id } = await findTeam(db, slug)
      return selectMembers(db, id).orderBy('users.email').execute()
    },
    addMember: (slug, userId, role, actor) =>
      db.transaction().execute(async (transaction) => {
        const team = await findTeam(transaction, slug)
        if (!isUuid(userId)) throw noSuchUser()
        const user = await transaction
          .selectFrom('users')
          .select('id')
          .where('id', '=', userId)
          .where('deleted_at', 'is', null)
          // So that nobody is added while they are removed.
          .forUpdate()
          .executeTakeFirst()
        if (user === undefined) throw noSuchUser()
        const made = await transaction
          .insertInto('team_memberships')
          .values({ id: ids.uuid(), team_id: team.id, user_id: userId, role, created_at: now() })
          .onConflict((conflict) =>
            conflict.columns(['team_id', 'user_id']).where('deleted_at', 'is', null).doNothing(),
          )
          .returning('id')
          .executeTakeFirst()
        if (made === undefined)
          throw new AccountError('membership_taken', 'this user is a member of the team already')
        const after = await findMember(transaction, team.id, userId)
        await audit(context, transaction, actor, {
          action: 'team_member_add',
          resource: `team/${slug}`,
          namespace: team.namespace,
          after,
        })
        return after
      }),
    setRole: (slug, userId, role, actor) =>
      db.transaction().execute(async (transaction) => {
        const team = await findTeam(transaction, slug)
        const before = await findMember(transaction, team.id, userId)
        const after = { ...before, role }
        await transaction
          .updateTable('team_memberships')
          .set({ role })
          .where('team_id', '=', team.id)
          .where('user_id', '=', userId)
          .where('deleted_at', 'is', null)
          .execute()
        await audit(context, transaction, actor, {
          action: 'team_member_role',
          resource: `team/${slug}`,
          namespace: team.namespace,
          before,
          after,
        })
        return after
      }),
    removeMember: (slug, userId, actor) =>
      db.transaction().execute(async (transaction) => {
        const team = await findTeam(transaction, slug)
        const before = await findMember(transaction, team.id, userId)
        await transaction
          .updateTable('team_memberships')
          .set({ deleted_at: now() })
          .where('team_id', '=', team.id)
          .where('user_id', '=', userId)
          .where('deleted_at', 'is', null)
          .execute()
        await audit(context, transaction, actor, {
          action: 'team_member_remove',
          resource: `team/${slug}`,
          namespace: team.namespace,
          before,
        })
      }),
  }
}
