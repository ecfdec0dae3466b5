import type { Context } from './context.ts'
import { loginFailuresForgottenAfterMs } from './login-throttle.ts'
import { sessionIdleMs } from './sessions.ts'

/** Rows that a statement takes away, so that none holds its locks for long. */
const rowsAtOnce = 1000
/** Of one table at a time; what is left is there for the next time. */
const statementsMax = 50

interface Pruned {
  readonly sessions: number
  readonly refreshTokens: number
  readonly throttles: number
}

/** Takes away what opens nothing any more, and failures that are forgotten. A refresh token that was used stays as long as it could come again. */
export type Prune = () => Promise<Pruned>

export const createPrune = ({ db, clock }: Context): Prune => {
  const inParts = async (take: () => Promise<readonly unknown[]>): Promise<number> => {
    let all = 0
    for (let statements = 0; statements < statementsMax; statements++) {
      const { length } = await take()
      all += length
      if (length < rowsAtOnce) break
    }
    return all
  }

  const takeSessions = (now: number) =>
    db
      .deleteFrom('ui_sessions')
      .where('id', 'in', (query) =>
        query
          .selectFrom('ui_sessions')
          .select('id')
          .where((row) =>
            row.or([
              row('expires_at', '<=', new Date(now)),
              row('revoked_at', 'is not', null),
              row('last_seen_at', '<=', new Date(now - sessionIdleMs)),
            ]),
          )
          .limit(rowsAtOnce),
      )
      .returning('id')
      .execute()

  const takeRefreshTokens = (now: number) =>
    db
      .deleteFrom('refresh_tokens')
      .where('id', 'in', (query) =>
        query
          .selectFrom('refresh_tokens')
          .select('id')
          .where((row) => row.or([row('expires_at', '<=', new Date(now)), row('revoked', '=', true)]))
          .limit(rowsAtOnce),
      )
      .returning('id')
      .execute()

  const takeThrottles = (now: number) =>
    db
      .deleteFrom('login_throttles')
      .where('subject', 'in', (query) =>
        query
          .selectFrom('login_throttles')
          .select('subject')
          .where('last_failure_at', '<', new Date(now - loginFailuresForgottenAfterMs))
          .limit(rowsAtOnce),
      )
      .returning('subject')
      .execute()

  return async () => ({
    sessions: await inParts(() => takeSessions(clock())),
    refreshTokens: await inParts(() => takeRefreshTokens(clock())),
    throttles: await inParts(() => takeThrottles(clock())),
  })
}
