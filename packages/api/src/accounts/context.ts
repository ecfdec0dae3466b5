import type { Kysely } from 'kysely'
import type { Tables } from '../database.ts'

/** Who asks, from where, and under which request: what the audit log has of every change. */
export interface Actor {
  readonly requestId: string
  readonly userId?: string | undefined
  /** Of the client, as the trusted proxies tell it. */
  readonly address?: string | undefined
  /** How the actor was recognised. */
  readonly identity?: string | undefined
  readonly userAgent?: string | undefined
}

export interface Ids {
  readonly uuid: () => string
  /** 32 bytes that nobody can guess, as base64url. */
  readonly secret: () => string
}

export interface Context {
  readonly db: Kysely<Tables>
  /** Epoch milliseconds. */
  readonly clock: () => number
  readonly ids: Ids
}
