import type { Caller } from '@mcp-sentinel/policy'
import type { Identify } from '../identify.ts'

/** What both lines of the SDK, and frameworks around them, put on a request that they have authenticated. */
export interface AuthInfo {
  readonly token: string
  readonly clientId: string
  readonly scopes: readonly string[]
  /** Epoch seconds. */
  readonly expiresAt?: number | undefined
  readonly extra?: Readonly<Record<string, unknown>> | undefined
}

export interface AuthInfoIdentityOptions {
  /** Epoch milliseconds. */
  readonly clock?: (() => number) | undefined
}

/**
 * Who calls, by what was authenticated before us: the function says who that is. Without any, nobody is; what it is
 * that was verified, audience and all, is for whoever did it.
 */
export const authInfoIdentity = (
  callerOf: (info: AuthInfo) => Caller,
  { clock = Date.now }: AuthInfoIdentityOptions = {},
): Identify => {
  return ({ auth }) => {
    if (auth === undefined || auth === null) return { ok: true, caller: {} }
    if (!isAuthInfo(auth)) return { ok: false, reason: 'invalid_token' }
    const expiresAt = auth.expiresAt === undefined ? undefined : auth.expiresAt * 1000
    if (expiresAt !== undefined && !(clock() < expiresAt)) return { ok: false, reason: 'invalid_token' }
    return { ok: true, caller: callerOf(auth), expiresAt }
  }
}

const isAuthInfo = (auth: unknown): auth is AuthInfo => {
  const { token, clientId, expiresAt } = Object(auth) as Readonly<Record<string, unknown>>
  const isTime = expiresAt === undefined || typeof expiresAt === 'number'
  return typeof token === 'string' && typeof clientId === 'string' && isTime
}
