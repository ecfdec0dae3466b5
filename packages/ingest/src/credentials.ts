import type { KeyObject } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import {
  type Bearer,
  createApiKeys,
  createBearer,
  createRemoteKeys,
  createServerTokens,
  parsePublicKeys,
} from '@mcp-sentinel/identity'
import { ConfigError } from '@mcp-sentinel/service'
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

const readKeys = async (path: string): Promise<ReadonlyMap<string, KeyObject>> => {
  const text = await readFile(path, 'utf8').catch(() => undefined)
  if (text === undefined) throw unusable('cannot be read')
  const keys = parsePublicKeys(text)
  if (keys === undefined) throw unusable('is no JWKS of public keys with a kid each')
  return keys
}

const unusable = (message: string): ConfigError =>
  new ConfigError([{ variable: 'INGEST_TOKEN_KEYS', message }])
