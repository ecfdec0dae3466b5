import { useQuery, useQueryClient } from '@tanstack/vue-query'
import type { DraftKind } from '../draft/use-draft.ts'
import { type Grant, type Key, keyOf } from '../governed/governed.ts'
import { every } from '../sentinel/refresh.ts'
import { useSentinel } from '../sentinel/sentinel.ts'
import { pageRows, wholeList } from '../sentinel/whole-list.ts'
import { type GrantBody, type GrantDraft, grantBodyOf, grantDraftOf, grantSchema } from './grant-draft.ts'

const rowsMax = 5000
const refreshMs = 15_000

/** Those of servers that the caller administers. */
export const useGrants = () => {
  const { client } = useSentinel()
  return useQuery({
    queryKey: ['grants'],
    queryFn: ({ signal }) =>
      wholeList('grants', (cursor) =>
        client.grants.list({ query: { limit: pageRows, ...(cursor && { cursor }) } }, { signal }),
      ),
    // Comparing thousands with thousands takes longer than drawing those that are in sight.
    structuralSharing: false,
    refetchInterval: every(refreshMs),
  })
}

export const useGrantChanges = () => {
  const { client } = useSentinel()
  const queries = useQueryClient()
  /** A policy is what its grants make it. */
  const changed = async <T>(change: Promise<T>): Promise<T> => {
    try {
      return await change
    } finally {
      for (const queryKey of [['grants'], ['policy'], ['summary']])
        void queries.invalidateQueries({ queryKey })
    }
  }
  const kind: DraftKind<GrantDraft, Grant, GrantBody> = {
    what: 'grant',
    schema: grantSchema,
    draftOf: grantDraftOf,
    bodyOf: grantBodyOf,
    isTaken: async ({ name, server }) => {
      const { namespace, name: ofServer } = keyOf(server)
      const query = { namespace, server: ofServer, limit: rowsMax }
      return (await client.grants.list({ query })).grants.some((one) => one.name === name.trim())
    },
    load: async ({ name, server }) =>
      (await client.grants.get({ params: { namespace: keyOf(server).namespace, name: name.trim() } })).grant,
    save: async (body) => (await changed(client.grants.apply({ body }))).grant,
  }
  return {
    kind,
    setDisabled: ({ namespace, name }: Key, disabled: boolean) =>
      changed(client.grants.patch({ params: { namespace, name }, body: { disabled } })),
    remove: ({ namespace, name, resourceVersion }: Grant) =>
      changed(
        client.grants.delete({
          params: { namespace, name },
          query: resourceVersion === undefined ? {} : { resourceVersion },
        }),
      ),
  }
}
