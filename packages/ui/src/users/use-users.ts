import type { Endpoints, RequestOf } from '@mcp-sentinel/contract'
import { useQueryClient } from '@tanstack/vue-query'
import { useSentinel } from '../sentinel/sentinel.ts'

type NewUser = NonNullable<RequestOf<Endpoints['users']['create']>['body']>
type UserChange = NonNullable<RequestOf<Endpoints['users']['change']>['body']>

export const userRoles = [
  { value: 'user', says: 'User: what their teams may' },
  { value: 'admin', says: 'Admin: everything on this platform' },
] as const

export const useUserChanges = () => {
  const { client } = useSentinel()
  const queries = useQueryClient()
  const changed = async <T>(change: Promise<T>): Promise<T> => {
    try {
      return await change
    } finally {
      for (const queryKey of [['users'], ['operations'], ['teams'], ['auth', 'me']])
        void queries.invalidateQueries({ queryKey })
    }
  }
  return {
    create: (body: NewUser) => changed(client.users.create({ body })),
    change: (id: string, body: UserChange) => changed(client.users.change({ params: { id }, body })),
    remove: (id: string) => changed(client.users.remove({ params: { id } })),
  }
}
