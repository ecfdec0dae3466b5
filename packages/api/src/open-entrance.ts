import { readFile } from 'node:fs/promises'
import {
  type Bearer,
  createBearer,
  createDiscoveredKeys,
  createRemoteKeys,
  type Signer,
} from '@mcp-sentinel/identity'
import { ConfigError, type Logger } from '@mcp-sentinel/service'
import type { Accounts } from './accounts.ts'
import type { Entrance } from './authentication/entrance.ts'
import { createOidc } from './authentication/oidc.ts'
import { createPlatformTokens } from './authentication/platform-tokens.ts'
import { createServiceKeys } from './authentication/service-keys.ts'
import { newSigner, signerFromPem, signerFromSecret } from './authentication/signing-key.ts'
import type { Settings } from './config.ts'

const clock = Date.now

/** What signs the tokens of the API: a key that is given, one that is derived from a secret, else one of this process. */
export const openSigner = async (settings: Settings): Promise<Signer> => {
  const { PLATFORM_SIGNING_KEY_FILE: path, PLATFORM_JWT_SECRET, JWT_SECRET } = settings
  const secret = PLATFORM_JWT_SECRET ?? JWT_SECRET
  if (path === undefined) return secret === undefined ? newSigner() : signerFromSecret(secret.reveal())
  const signer = signerFromPem(await readFile(path, 'utf8').catch(() => ''))
  if (signer !== undefined) return signer
  // Neither what is in the file nor why it cannot be read is for a log.
  const message = 'cannot be read as an Ed25519 private key'
  throw new ConfigError([{ variable: 'PLATFORM_SIGNING_KEY_FILE', message }])
}

/** By what people and programs come in, as the settings say. */
export const openEntrance = (
  settings: Settings,
  signer: Signer,
  accounts: Accounts | undefined,
  log: Logger,
): Entrance => {
  const bearer = bearerOf(settings)
  return {
    serviceKeys: serviceKeysOf(settings, log),
    platformTokens: createPlatformTokens({ signer, clock }),
    oidc: bearer && accounts && createOidc({ bearer, accounts, adminUsers: settings.ADMIN_USERS }),
    publicOrigins: settings.PUBLIC_ORIGINS,
    isSignupOpen: settings.PLATFORM_SIGNUP_ENABLED,
  }
}

const serviceKeysOf = (settings: Settings, log: Logger) => {
  const [keys, adminKeys] = [settings.API_KEYS, settings.ADMIN_API_KEYS].map((all) =>
    all.map((key) => key.reveal()),
  )
  const everyKeyIsAdmin = settings.MCP_LEGACY_ADMIN_API_KEY_FALLBACK || settings.LEGACY_ADMIN_API_KEY_FALLBACK
  if (everyKeyIsAdmin)
    log.warn(
      adminKeys?.length
        ? 'the fallback for older installations is set and does nothing: there are ADMIN_API_KEYS'
        : 'every one of API_KEYS may everything, as the fallback for older installations has it; list those that should in ADMIN_API_KEYS',
    )
  return createServiceKeys({ keys: keys ?? [], adminKeys: adminKeys ?? [], everyKeyIsAdmin })
}

const bearerOf = ({
  OIDC_ISSUER: issuer,
  OIDC_AUDIENCE: audience,
  OIDC_JWKS_URL: url,
}: Settings): Bearer | undefined => {
  if (issuer === undefined || audience === undefined) return undefined
  const keys = url === undefined ? createDiscoveredKeys({ issuer, clock }) : createRemoteKeys({ url, clock })
  return createBearer({ keys, audience, issuer, clock })
}
