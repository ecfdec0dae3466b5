import { setTimeout as wait } from 'node:timers/promises'
import type { Database } from '@mcp-sentinel/api'
import type { Answer, Ask, Asked } from './asking.ts'
import type { EngineName } from './engines.ts'
import type { Judge } from './outages.ts'
import { namespace } from './topology.ts'

/** One change that was asked for, and what became of it. */
interface Change {
  readonly requestId: string
  readonly isAcknowledged: boolean
  /** Whether it is there. Asked at the end: a server that hung may do it when it goes on. */
  readonly isThere: () => boolean | Promise<boolean>
}

export interface Writer {
  readonly stop: () => Promise<readonly Change[]>
}

export interface WriterOptions {
  readonly ask: Ask
  readonly judge: Judge
  readonly headers: Asked['headers']
  readonly needs: readonly EngineName[]
}

const pauseMs = 150

/** Switches a grant off and on again, and looks each time what became of it before it goes on. */
export const startGrantWriter = (grant: string, options: WriterOptions): Writer => {
  const { ask, judge, headers, needs } = options
  const path = `/runtime/grants/${namespace}/${grant}`
  const asked = async (name: string, what: Omit<Asked, 'path' | 'headers'>): Promise<Answer | undefined> => {
    try {
      const answer = await ask({ ...what, path, headers })
      judge.judge({ name, needs }, answer)
      return answer
    } catch (error) {
      judge.unanswered({ name, needs }, error)
      return undefined
    }
  }
  const look = async (): Promise<boolean> => {
    for (;;) {
      const answer = await asked('grant', { method: 'GET' })
      if (answer?.status === 200) return (answer.body['grant'] as { disabled: boolean }).disabled
      await wait(pauseMs)
    }
  }
  return untilStopped(async () => {
    const before = await look()
    const change = await asked('grant switched', { method: 'PATCH', body: { disabled: !before } })
    if (change === undefined) return undefined
    const isThere = (await look()) !== before
    return { requestId: change.requestId, isAcknowledged: change.status === 200, isThere: () => isThere }
  })
}

/** Makes keys, and revokes them again. */
export const startKeyWriter = (database: Database, options: WriterOptions): Writer => {
  const { ask, judge, headers, needs } = options
  const asked = async (what: Omit<Asked, 'headers'>): Promise<Answer | undefined> => {
    const name = `${what.method} of a key`
    try {
      const answer = await ask({ ...what, headers })
      judge.judge({ name, needs }, answer)
      return answer
    } catch (error) {
      judge.unanswered({ name, needs }, error)
      return undefined
    }
  }
  const idOf = async (name: string): Promise<string | undefined> => {
    for (;;) {
      try {
        const query = database.db.selectFrom('api_keys').select('id').where('name', '=', name)
        return (await query.executeTakeFirst())?.id
      } catch {
        await wait(pauseMs)
      }
    }
  }
  return untilStopped(async () => {
    const name = crypto.randomUUID()
    const made = await asked({ method: 'POST', path: '/user/api-keys', body: { name } })
    if (made === undefined) return undefined
    const id = await idOf(name)
    for (let isGone = id === undefined; !isGone; )
      isGone = (await asked({ method: 'DELETE', path: `/user/api-keys/${id}` }))?.status === 200
    const isThere = async () => (await idOf(name)) !== undefined
    return { requestId: made.requestId, isAcknowledged: made.status === 200, isThere }
  })
}

const untilStopped = (once: () => Promise<Change | undefined>): Writer => {
  const stopping = new AbortController()
  const changes: Change[] = []
  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      const change = await once()
      if (change !== undefined) changes.push(change)
      await wait(pauseMs)
    }
  }
  const running = run()
  return {
    stop: async () => {
      stopping.abort()
      await running
      return changes
    },
  }
}

export interface Ledger {
  readonly changes: number
  /** Acknowledged, and not there. */
  readonly lost: number
  /** There without a row in the audit log, or a row without a change. */
  readonly unrecorded: number
  /** There twice in the audit log. */
  readonly twice: number
  /** Refused, and done: the answer was on its way when the engine went. Told by the audit log. */
  readonly doneThoughRefused: number
}

/** Holds what became of changes against the audit log. */
export const ledgerOf = async (database: Database, changes: readonly Change[]): Promise<Ledger> => {
  const rows = await database.db.selectFrom('audit_logs').select('request_id').execute()
  const counts = new Map<string, number>()
  for (const { request_id } of rows)
    if (request_id !== null) counts.set(request_id, (counts.get(request_id) ?? 0) + 1)
  const rowsOf = ({ requestId }: Change): number => counts.get(requestId) ?? 0
  const looked = await Promise.all(
    changes.map(async (change) => ({
      isAcknowledged: change.isAcknowledged,
      isThere: await change.isThere(),
      rows: rowsOf(change),
    })),
  )
  const count = (isOne: (one: (typeof looked)[number]) => boolean): number => looked.filter(isOne).length
  return {
    changes: changes.length,
    lost: count(({ isAcknowledged, isThere }) => isAcknowledged && !isThere),
    unrecorded: count(({ isThere, rows }) => isThere !== rows > 0),
    twice: count(({ rows }) => rows > 1),
    doneThoughRefused: count(({ isAcknowledged, isThere }) => !isAcknowledged && isThere),
  }
}
