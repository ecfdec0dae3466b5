import type { Endpoints, RequestOf, ResponseOf } from '@mcp-sentinel/contract'
import { endpoints } from '@mcp-sentinel/contract'
import type { Client } from '@mcp-sentinel/contract/client'

export type StoredKey = ResponseOf<Endpoints['keys']['list']>['keys'][number]

type KeyBody = NonNullable<RequestOf<Endpoints['keys']['create']>['body']>
type CredentialBody = NonNullable<RequestOf<Endpoints['keys']['createCredential']>['body']>

/** As it is filled in. */
export interface KeyDraft {
  readonly name: string
  readonly scopes: readonly string[]
  readonly expiresAt: string | undefined
}

/** What is shown once. */
export type Secrets = readonly { readonly label: string; readonly value: string }[]

/** What tells API keys from registry credentials. */
export interface KeyKind {
  /** In queries. */
  readonly name: string
  /** "API key" */
  readonly what: string
  /** On a button. */
  readonly verb: string
  readonly about: string
  /** What one is made for, where there is none. */
  readonly wanted: string
  readonly placeholder: string
  readonly scopes: readonly { readonly value: string; readonly says: string }[]
  readonly schema: typeof endpoints.keys.create.body | typeof endpoints.keys.createCredential.body
  readonly list: (signal: AbortSignal) => Promise<readonly StoredKey[]>
  readonly create: (body: object) => Promise<Secrets>
  readonly revoke: (id: string) => Promise<unknown>
}

export const bodyOf = ({ name, scopes, expiresAt }: KeyDraft): object => ({
  name,
  ...(scopes.length === 0 ? {} : { scopes }),
  ...(expiresAt === undefined ? {} : { expires_at: expiresAt }),
})

export const apiKeys = ({ keys }: Client): KeyKind => ({
  name: 'api-keys',
  what: 'API key',
  verb: 'Create API key',
  about: 'What a program or a command line signs in with as you.',
  wanted: 'Create one where a program has to sign in as you.',
  placeholder: 'laptop, nightly report',
  scopes: [
    { value: 'read', says: 'see servers, access, and what was called' },
    { value: 'govern', says: 'change grants and sessions' },
    { value: 'publish', says: 'publish and retire servers and deployments' },
    { value: 'registry', says: 'push and pull images' },
  ],
  schema: endpoints.keys.create.body,
  list: async (signal) => (await keys.list({}, { signal })).keys,
  create: async (body) => {
    const made = await keys.create({ body: body as KeyBody })
    return [{ label: 'API key', value: made.api_key }]
  },
  revoke: (id) => keys.revoke({ params: { id } }),
})

export const registryCredentials = ({ keys }: Client): KeyKind => ({
  name: 'registry-credentials',
  what: 'registry credential',
  verb: 'Create credential',
  about: 'What a container client logs in to the registry with. It opens nothing else.',
  wanted: 'Create one where images have to be pushed or pulled.',
  placeholder: 'build machine',
  scopes: [
    { value: 'pull', says: 'pull images' },
    { value: 'push', says: 'push images, and pull them' },
  ],
  schema: endpoints.keys.createCredential.body,
  list: async (signal) => (await keys.listCredentials({}, { signal })).credentials,
  create: async (body) => {
    const made = await keys.createCredential({ body: body as CredentialBody })
    return [
      { label: 'User name', value: made.username },
      { label: 'Password', value: made.password },
    ]
  },
  revoke: (id) => keys.revokeCredential({ params: { id } }),
})

/** Whether a key opens anything, and if not, why. */
export const standingOf = (
  { revoked, expires_at: end }: Pick<StoredKey, 'revoked' | 'expires_at'>,
  nowMs: number,
): 'active' | 'expired' | 'revoked' => {
  if (revoked) return 'revoked'
  return end !== undefined && Date.parse(end) <= nowMs ? 'expired' : 'active'
}
