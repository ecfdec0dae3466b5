import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Caller } from '@mcp-sentinel/policy'

/** A key that outward session ids are made with, by the name that stands in them. */
export interface SessionKey {
  readonly kid: string
  readonly key: Buffer
}

/**
 * Binds the protocol's sessions to who began them, and keeps nothing: what goes out as `Mcp-Session-Id` is the server's
 * own id with a mark that only this caller's requests verify. Replicas that share keys, and restarts, just work.
 */
export interface SessionIds {
  readonly seal: (caller: Caller, inner: string) => string
  /** The server's own id; undefined for one that was not made for this caller. */
  readonly unseal: (caller: Caller, outward: string) => string | undefined
}

const macBytes = 16
const charsMax = 4_096
/** Verified ids that are remembered; the oldest is forgotten first. */
const verifiedMax = 10_000

/** The first key seals; all of them unseal, so that keys can be changed while sessions are open. */
export const createSessionIds = (keys: readonly [SessionKey, ...SessionKey[]]): SessionIds => {
  const byKid = new Map(keys.map(({ kid, key }) => [kid, key]))
  const verified = new Map<string, string>()

  return {
    seal: (caller, inner) =>
      `${inner}.${keys[0].kid}.${macOf(keys[0].key, caller, inner).toString('base64url')}`,
    unseal: (caller, outward) => {
      if (outward.length > charsMax) return undefined
      const known = `${principalOf(caller)}\n${outward}`
      const remembered = verified.get(known)
      if (remembered !== undefined) return remembered
      const [, inner = '', kid = '', mac = ''] = /^(.+)\.([^.]+)\.([^.]+)$/s.exec(outward) ?? []
      const key = byKid.get(kid)
      if (key === undefined) return undefined
      const [given, expected] = [Buffer.from(mac, 'base64url'), macOf(key, caller, inner)]
      if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined
      if (verified.size >= verifiedMax) verified.delete(verified.keys().next().value as string)
      verified.set(known, inner)
      return inner
    },
  }
}

/** Whose a session is; the governance session may be another tomorrow. */
const principalOf = ({ human = '', agent = '', team = '' }: Caller): string =>
  JSON.stringify([human, agent, team])

const macOf = (key: Buffer, caller: Caller, inner: string): Buffer =>
  createHmac('sha256', key)
    .update(`mcp-session\n${principalOf(caller)}\n${inner}`)
    .digest()
    .subarray(0, macBytes)
