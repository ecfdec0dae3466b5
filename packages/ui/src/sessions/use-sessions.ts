import { useQuery, useQueryClient } from '@tanstack/vue-query'
import type { DraftKind } from '../draft/use-draft.ts'
import { type Key, keyOf, type Session } from '../governed/governed.ts'
import { every } from '../sentinel/refresh.ts'
import { useSentinel } from '../sentinel/sentinel.ts'
import { pageRows, wholeList } from '../sentinel/whole-list.ts'
import {
  type SessionBody,
  type SessionDraft,
  sessionBodyOf,
  sessionDraftOf,
  sessionSchema,
} from './session-draft.ts'

const rowsMax = 5000
const refreshMs = 15_000

/** Those of servers that the caller administers. */
export const useSessions = () => {
  const { client } = useSentinel()
  return useQuery({
    queryKey: ['sessions'],
    queryFn: ({ signal }) =>
      wholeList('sessions', (cursor) =>
        client.sessions.list({ query: { limit: pageRows, ...(cursor && { cursor }) } }, { signal }),
      ),
    // Comparing thousands with thousands takes longer than drawing those that are in sight.
    structuralSharing: false,
    refetchInterval: every(refreshMs),
  })
}

export const useSessionChanges = () => {
  const { client } = useSentinel()
  const queries = useQueryClient()
  const changed = async <T>(change: Promise<T>): Promise<T> => {
    try {
      return await change
    } finally {
      for (const queryKey of [['sessions'], ['policy'], ['summary']])
        void queries.invalidateQueries({ queryKey })
    }
  }
  const kind: DraftKind<SessionDraft, Session, SessionBody> = {
    what: 'session',
    schema: sessionSchema,
    draftOf: sessionDraftOf,
    bodyOf: sessionBodyOf,
    isTaken: async ({ name, server }) => {
      const { namespace, name: ofServer } = keyOf(server)
      const query = { namespace, server: ofServer, limit: rowsMax }
      return (await client.sessions.list({ query })).sessions.some((one) => one.name === name.trim())
    },
    load: async ({ name, server }) =>
      (await client.sessions.get({ params: { namespace: keyOf(server).namespace, name: name.trim() } }))
        .session,
    save: async (body) => (await changed(client.sessions.apply({ body }))).session,
  }
  return {
    kind,
    setRevoked: ({ namespace, name }: Key, revoked: boolean) =>
      changed(client.sessions.patch({ params: { namespace, name }, body: { revoked } })),
    remove: ({ namespace, name, resourceVersion }: Session) =>
      changed(
        client.sessions.delete({
          params: { namespace, name },
          query: resourceVersion === undefined ? {} : { resourceVersion },
        }),
      ),
  }
}
