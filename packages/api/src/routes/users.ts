import type { Endpoints } from '@mcp-sentinel/contract'
import type { User } from '../accounts/users.ts'
import type { Engines } from '../engines.ts'
import type { Routes } from '../serving/route.ts'

export const usersRoutes = ({ accounts }: Engines): Routes<Endpoints['users']> => {
  const told = async (user: User) => {
    const [team] = await accounts().teams.ofUser(user.id)
    return { ...user, ...(team === undefined ? {} : { namespace: team.namespace }) }
  }

  return {
    create: {
      action: 'user.create',
      handle: async ({ body, actor }) => ({ user: await accounts().users.create(body, actor) }),
    },
    list: {
      action: 'user.list',
      handle: async ({ query: { limit, after } }) => {
        // One more than is told says whether there is a next page.
        const found = await accounts().users.list({ limit: limit + 1, after: after?.toLowerCase() })
        const users = found.slice(0, limit)
        const last = users.at(-1)
        return {
          users: users.map(({ createdAt, namespace, ...user }) => ({
            ...user,
            ...(namespace === undefined ? {} : { namespace }),
            created_at: createdAt.toISOString(),
          })),
          ...(found.length > limit && last !== undefined ? { next: last.email } : {}),
        }
      },
    },
    change: {
      action: 'user.change',
      handle: async ({ params: { id }, body: { role, password }, actor }) => {
        const { users } = accounts()
        if (password !== undefined) await users.setPassword(id, password, actor)
        if (role !== undefined) await users.setRole(id, role, actor)
        return { user: await told(await users.get(id)) }
      },
    },
    remove: {
      action: 'user.delete',
      handle: async ({ params: { id }, actor }) => {
        await accounts().users.remove(id, actor)
      },
    },
  }
}
