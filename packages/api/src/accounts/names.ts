import type { Context } from './context.ts'
import { isUuid } from './uuid.ts'

export interface Names {
  /** E-mail addresses of users and names of teams, by id, also of those that are gone; what is neither is left out. */
  readonly of: (ids: readonly string[]) => Promise<Readonly<Record<string, string>>>
}

export const createNames = ({ db }: Context): Names => ({
  of: async (ids) => {
    const known = [...new Set(ids)].filter(isUuid)
    if (known.length === 0) return {}
    const rows = await db
      .selectFrom('users')
      .select(['id', 'email as name'])
      .where('id', 'in', known)
      .unionAll(db.selectFrom('teams').select(['id', 'display_name as name']).where('id', 'in', known))
      .execute()
    return Object.fromEntries(rows.map(({ id, name }) => [id, name]))
  },
})
