import { createApiKeys, keyIdOf } from '@mcp-sentinel/identity'
import type { Caller } from '../caller.ts'

export interface ServiceKeysOptions {
  readonly keys: readonly string[]
  /** Those of them that may everything. */
  readonly adminKeys: readonly string[]
  /** As long as there are no admin keys, every key is one: what older installations rest on. */
  readonly everyKeyIsAdmin?: boolean | undefined
}

/** Keys of programs, which belong to nobody. */
export interface ServiceKeys {
  readonly callerOf: (key: string) => Caller | undefined
  /** Of a key that was recognised before, by the name that it has in records. */
  readonly callerNamed: (keyId: string) => Caller | undefined
}

export const createServiceKeys = (options: ServiceKeysOptions): ServiceKeys => {
  const { keys, adminKeys, everyKeyIsAdmin = false } = options
  const known = createApiKeys(keys)
  const names = new Set(keys.map(keyIdOf))
  const admins = new Set(adminKeys.map(keyIdOf))
  const isAdmin = (keyId: string) => (admins.size === 0 ? everyKeyIsAdmin : admins.has(keyId))

  const callerNamed = (keyId: string): Caller | undefined =>
    names.has(keyId)
      ? {
          role: isAdmin(keyId) ? 'admin' : 'user',
          identity: 'service_api_key',
          keyId,
          teams: [],
          scopes: [],
        }
      : undefined

  return {
    callerNamed,
    callerOf: (key) => {
      const authentication = known.authenticate(key)
      return authentication.ok ? callerNamed(authentication.principal.keyId) : undefined
    },
  }
}
