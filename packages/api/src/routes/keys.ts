import type { Endpoints } from '@mcp-sentinel/contract'
import type { StoredKey } from '../accounts/stored-keys.ts'
import type { User } from '../accounts/users.ts'
import type { Caller } from '../caller.ts'
import type { Engines } from '../engines.ts'
import { forbidden } from '../permit.ts'
import { faulty } from '../problems.ts'
import { type Call, own, type Routes } from '../serving/route.ts'

type Revoking = Pick<Call<Endpoints['keys']['revoke']>, 'params' | 'caller' | 'actor'>

export const keysRoutes = ({ accounts }: Engines): Routes<Endpoints['keys']> => {
  const revoke = {
    action: 'key.revoke' as const,
    on: () => own,
    handle: async ({ params: { id }, caller, actor }: Revoking) => ({
      key: told(await accounts().keys.revoke(personIn(caller).id, id, actor)),
    }),
  }
  const revokeCredential = {
    action: 'key.revoke' as const,
    on: () => own,
    handle: async ({ params: { id }, caller, actor }: Revoking) => ({
      credential: told(await accounts().registryCredentials.revoke(personIn(caller).id, id, actor)),
    }),
  }

  return {
    list: {
      action: 'key.list',
      on: () => own,
      handle: async ({ caller }) => ({
        keys: (await accounts().keys.list(personIn(caller).id)).map(told),
      }),
    },
    create: {
      action: 'key.create',
      on: () => own,
      handle: async ({ body, caller, actor }) => {
        const { key, secret } = await accounts().keys.create(personIn(caller).id, given(body, caller), actor)
        return { key: told(key), api_key: secret, one_time_key: secret }
      },
    },
    revoke,
    revokeByPost: revoke,
    listCredentials: {
      action: 'key.list',
      on: () => own,
      handle: async ({ caller }) => ({
        credentials: (await accounts().registryCredentials.list(personIn(caller).id)).map(told),
      }),
    },
    createCredential: {
      action: 'key.create',
      on: () => own,
      handle: async ({ body, caller, actor }) => {
        const { id } = personIn(caller)
        const { key, secret } = await accounts().registryCredentials.create(id, given(body, caller), actor)
        return { credential: told(key), username: caller.teams[0]?.namespace ?? id, password: secret }
      },
    },
    revokeCredential,
    revokeCredentialByPost: revokeCredential,
  }
}

/** Whom the contract lets in to these. */
const personIn = ({ user }: Caller): User => {
  if (user === undefined) throw forbidden()
  return user
}

interface Asked<Scope extends string> {
  readonly name: string
  readonly scopes?: Scope[] | undefined
  readonly expires_at?: string | undefined
}

/** A key that ends does not go on in another that does not. */
const given = <Scope extends string>(body: Asked<Scope>, { keyEndsAt }: Caller) => {
  const { expires_at: end, ...rest } = body
  const expiresAt = end === undefined ? keyEndsAt : Date.parse(end)
  if (keyEndsAt !== undefined && expiresAt !== undefined && expiresAt > keyEndsAt)
    throw faulty('invalid_request_body', [
      { pointer: '/expires_at', message: 'is later than the end of the key that asks' },
    ])
  return { ...rest, expiresAt }
}

const told = (key: StoredKey) => {
  const { id, name, prefix, scopes, createdAt, expiresAt, lastUsedAt, revokedAt } = key
  return {
    id,
    name,
    prefix,
    scopes: [...scopes],
    created_at: createdAt.toISOString(),
    ...(expiresAt === null ? {} : { expires_at: expiresAt.toISOString() }),
    ...(lastUsedAt === null ? {} : { last_used_at: lastUsedAt.toISOString() }),
    revoked: revokedAt !== null,
    ...(revokedAt === null ? {} : { revoked_at: revokedAt.toISOString() }),
  }
}
