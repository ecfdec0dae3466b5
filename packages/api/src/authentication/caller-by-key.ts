import type { User } from '../accounts/users.ts'
import type { Accounts } from '../accounts.ts'
import type { Caller } from '../caller.ts'
import type { ServiceKeys } from './service-keys.ts'

export interface Keyrings {
  readonly serviceKeys?: ServiceKeys | undefined
  readonly accounts?: Accounts | undefined
}

type Credential = Pick<Caller, 'identity' | 'keyId' | 'scopes' | 'keyEndsAt'>

/** A person as they are now, in the teams that they are in now. */
export const personOf = async (accounts: Accounts, user: User, credential: Credential): Promise<Caller> => ({
  ...credential,
  role: user.role,
  user,
  teams: await accounts.teams.ofUser(user.id),
})

/** What scopes reach, written out: who may push may pull. */
export const writtenOut = (scopes: readonly string[]): readonly string[] => [
  ...new Set(scopes.flatMap((scope) => reach[scope] ?? [scope])),
]

const reach: Readonly<Record<string, readonly string[]>> = {
  registry: ['registry', 'push', 'pull'],
  push: ['push', 'pull'],
}

/** Whose an API key is. Undefined where it is nobody's; throws `key_revoked` and the like to who holds the key. */
export const callerByKey = async (
  { serviceKeys, accounts }: Keyrings,
  key: string,
): Promise<Caller | undefined> => {
  const service = serviceKeys?.callerOf(key)
  if (service !== undefined || accounts === undefined || !key.startsWith('mcpu_')) return service
  const { keyId, user, scopes, expiresAt: keyEndsAt } = await accounts.keys.verify(key)
  return personOf(accounts, user, {
    identity: 'user_api_key',
    keyId,
    scopes: writtenOut(scopes),
    keyEndsAt,
  })
}

/** Of the password of a container client: an API key, or a credential that opens the registry and nothing else. */
export const callerByPassword = async (rings: Keyrings, password: string): Promise<Caller | undefined> => {
  const { accounts } = rings
  if (accounts === undefined || !password.startsWith('mcpr_')) return callerByKey(rings, password)
  const { keyId, user, scopes } = await accounts.registryCredentials.verify(password)
  const narrowed = writtenOut(scopes.length === 0 ? ['push'] : scopes)
  return personOf(accounts, user, { identity: 'registry_credential', keyId, scopes: narrowed })
}
