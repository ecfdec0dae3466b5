import type { Context } from './context.ts'
import { createStoredKeys, type NewKey, type StoredKey, type StoredKeys } from './stored-keys.ts'

/** What a key may be narrowed to. One without scopes may what its user may. */
export const keyScopes = ['read', 'govern', 'publish', 'registry'] as const
export type KeyScope = (typeof keyScopes)[number]

export const userKeysMax = 50

export type UserKey = StoredKey
export type NewUserKey = NewKey<KeyScope>
export type UserKeys = StoredKeys<KeyScope>

export const createUserKeys = (context: Context): UserKeys =>
  createStoredKeys(context, {
    table: 'api_keys',
    called: 'api_key',
    idPrefix: 'uk_',
    secretPrefix: 'mcpu_',
    scopes: keyScopes,
    max: userKeysMax,
  })
