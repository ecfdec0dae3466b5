import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import {
  type Bearer,
  createApiKeys,
  createBearer,
  createRemoteKeys,
  createServerTokens,
} from '@mcp-sentinel/identity'
import { ConfigError } from '@mcp-sentinel/service'
import { z } from 'zod'
import { type Authenticate, createAuthenticate } from './authenticate.ts'
import { apiKeysOf, type Settings } from './config.ts'

/** Who may post, as the settings say. Server-bound tokens come first: their keys are at hand. */
export const openCredentials = async (settings: Settings): Promise<Authenticate> => {
  const keys = apiKeysOf(settings)
  const bearers = [await serverTokensOf(settings), oidcOf(settings)]
  return createAuthenticate({
    apiKeys: keys.length > 0 ? createApiKeys(keys) : undefined,
    bearers: bearers.filter((bearer) => bearer !== undefined),
    allowAnonymous: settings.INGEST_ALLOW_ANONYMOUS,
  })
}

const oidcOf = ({ OIDC_ISSUER, OIDC_AUDIENCE, OIDC_JWKS_URL }: Settings): Bearer | undefined =>
  OIDC_JWKS_URL !== undefined && OIDC_AUDIENCE !== undefined
    ? createBearer({
        keys: createRemoteKeys({ url: OIDC_JWKS_URL }),
        audience: OIDC_AUDIENCE,
        issuer: OIDC_ISSUER,
        clock: Date.now,
      })
    : undefined

const serverTokensOf = async (settings: Settings): Promise<Bearer | undefined> => {
  const { INGEST_TOKEN_KEYS, INGEST_TOKEN_ISSUER, INGEST_TOKEN_AUDIENCE } = settings
  if (INGEST_TOKEN_KEYS === undefined) return undefined
  return createServerTokens({
    publicKeys: await readKeys(INGEST_TOKEN_KEYS),
    issuer: INGEST_TOKEN_ISSUER,
    audience: INGEST_TOKEN_AUDIENCE,
    clock: Date.now,
  })
}

const jwks = z.object({
  keys: z.array(z.looseObject({ kid: z.string().min(1), kty: z.string() })).min(1),
})

const readKeys = async (path: string): Promise<ReadonlyMap<string, KeyObject>> => {
  try {
    const { keys } = jwks.parse(JSON.parse(await readFile(path, 'utf8')))
    return new Map(keys.map((key) => [key.kid, createPublicKey({ key: key as JsonWebKey, format: 'jwk' })]))
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    const why =
      code === 'ENOENT' || code === 'EACCES' ? 'cannot be read' : 'is no JWKS of public keys with a kid each'
    throw new ConfigError([{ variable: 'INGEST_TOKEN_KEYS', message: why }])
  }
}
