import type { Kysely } from 'kysely'
import type { Tables } from '../database.ts'
import type { Actor, Context } from './context.ts'

export interface Audited {
  readonly action: string
  readonly resource: string
  readonly status?: 'success' | 'failure'
  readonly namespace?: string | undefined
  readonly imageRef?: string | undefined
  /** What it was; never a secret, nor what is derived from one. */
  readonly before?: object
  readonly after?: object
}

/** In the transaction of the change, so that neither is there without the other. */
export const audit = async (
  { clock }: Context,
  transaction: Kysely<Tables>,
  actor: Actor,
  { action, resource, status = 'success', namespace, imageRef, before, after }: Audited,
  at = clock(),
): Promise<void> => {
  await transaction
    .insertInto('audit_logs')
    .values({
      user_id: actor.userId ?? null,
      action,
      resource,
      status,
      namespace: namespace ?? null,
      actor_ip: actor.address ?? null,
      request_id: actor.requestId,
      // As the caller was recognised: what a client says of itself is nobody's proof.
      source: actor.identity === 'session' ? 'ui' : 'api',
      auth_identity: actor.identity ?? null,
      image_ref: imageRef ?? null,
      before: before === undefined ? null : kept(before),
      after: after === undefined ? null : kept(after),
      created_at: new Date(at),
    })
    .execute()
}

/** As JSON that Postgres takes: a NUL, or half of a character, would have the whole change fail. */
const kept = (told: object): string =>
  JSON.stringify(told, (_, value: unknown) =>
    typeof value === 'string' ? value.replace(/[\0\p{Cs}]/gu, '\ufffd') : value,
  )
