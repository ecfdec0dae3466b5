import type { Endpoints, ResponseOf } from '@mcp-sentinel/contract'
import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/vue-query'
import type { Ref } from 'vue'
import { every } from '../sentinel/refresh.ts'
import { useSentinel } from '../sentinel/sentinel.ts'

type Operations = ResponseOf<Endpoints['operations']['snapshot']>
export type AuditEntry = Operations['audit_logs'][number]
export type UserActivity = Operations['users'][number]
export type Deployment = Operations['deployments'][number]

export interface OperationsFilters {
  readonly user: string
  /** RFC 3339, or empty. */
  readonly since: string
  readonly until: string
  readonly limit: number
}

const refreshMs = 30_000

/** What has gone on on the platform, the newest first. */
export const useOperations = (filters: Readonly<Ref<OperationsFilters>>) => {
  const { client } = useSentinel()
  return useQuery({
    queryKey: ['operations', filters],
    queryFn: ({ signal }) => {
      const { user, since, until, limit } = filters.value
      return client.operations.snapshot(
        {
          query: {
            limit,
            ...(user === '' ? {} : { user }),
            ...(since === '' ? {} : { since }),
            ...(until === '' ? {} : { until }),
          },
        },
        { signal },
      )
    },
    refetchInterval: every(refreshMs),
    placeholderData: keepPreviousData,
  })
}

export const useDeploymentChanges = () => {
  const { client } = useSentinel()
  const queries = useQueryClient()
  return {
    remove: async ({ namespace, name }: Deployment) => {
      try {
        return await client.deployments.remove({ params: { namespace, name } })
      } finally {
        void queries.invalidateQueries({ queryKey: ['operations'] })
      }
    },
  }
}
