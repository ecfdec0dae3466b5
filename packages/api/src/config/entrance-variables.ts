import { apiKeyCharsMax, apiKeyCharsMin } from '@mcp-sentinel/identity'
import { type ConfigFault, flag, httpUrl, list, type SettingsOf, secrets } from '@mcp-sentinel/service'
import { createPlaceOf } from '../serving/place.ts'
import { secretText, text } from './text.ts'

/** A shorter secret could be found by trying, by whoever has one token. */
const jwtSecretCharsMin = 32

const areNetworks = (networks: readonly string[]): boolean => {
  try {
    createPlaceOf(networks)
    return true
  } catch {
    return false
  }
}

/** By what people and programs come in. */
export const entranceVariables = () => ({
  API_KEYS: secrets()
    .default([])
    .meta({
      description: `keys of programs, of ${apiKeyCharsMin} characters or more, with commas between them`,
      secret: true,
    }),
  ADMIN_API_KEYS: secrets()
    .default([])
    .meta({ description: 'those of `API_KEYS` that may everything', secret: true }),
  MCP_LEGACY_ADMIN_API_KEY_FALLBACK: flag()
    .default(false)
    .describe('without `ADMIN_API_KEYS`, every key may everything: for older installations'),
  LEGACY_ADMIN_API_KEY_FALLBACK: flag().default(false).describe('older name of it'),
  PLATFORM_SIGNUP_ENABLED: flag().default(true).describe('whether people make accounts for themselves'),
  PLATFORM_SIGNING_KEY_FILE: text()
    .optional()
    .describe('PEM file of the Ed25519 private key that tokens are signed with'),
  PLATFORM_JWT_SECRET: secretText(jwtSecretCharsMin)
    .optional()
    .meta({
      description: `instead: at least ${jwtSecretCharsMin} characters that such a key is derived from; the same on every replica`,
      secret: true,
    }),
  JWT_SECRET: secretText(jwtSecretCharsMin)
    .optional()
    .meta({ description: 'older name of it', secret: true }),
  OIDC_ISSUER: text().optional().describe('identity provider whose tokens are taken'),
  OIDC_AUDIENCE: text().optional().describe('whom they must be for'),
  OIDC_JWKS_URL: httpUrl()
    .optional()
    .describe('keys of the provider; unset, its metadata tells where they are'),
  ADMIN_USERS: list()
    .default([])
    .describe('subjects and verified e-mail addresses of the provider that become admins when they log in'),
  PUBLIC_ORIGINS: list()
    .refine(
      (origins) => origins.every((origin) => URL.parse(origin)?.origin === origin),
      'has one that is no origin such as https://dashboard.example.org',
    )
    .default([])
    .describe(
      'pages whose browsers may change something, beside those at the address that the API is asked at',
    ),
  TRUSTED_PROXIES: list()
    .refine(areNetworks, 'has one that is no network such as 10.0.0.0/8')
    .default([])
    .describe('networks of the proxies that are believed when they say who the client is'),
})

type Settings = SettingsOf<ReturnType<typeof entranceVariables>>

interface Rule extends ConfigFault {
  readonly variable: keyof Settings
  readonly isBroken: (settings: Settings) => boolean
}

const rules: readonly Rule[] = [
  {
    variable: 'API_KEYS',
    message: `has a key that has not ${apiKeyCharsMin} to ${apiKeyCharsMax} characters`,
    isBroken: ({ API_KEYS }) =>
      API_KEYS.map((key) => key.reveal().length).some(
        (length) => length < apiKeyCharsMin || length > apiKeyCharsMax,
      ),
  },
  {
    variable: 'ADMIN_API_KEYS',
    message: 'has a key that is not in API_KEYS, and would open nothing',
    isBroken: ({ API_KEYS, ADMIN_API_KEYS }) => {
      const known = new Set(API_KEYS.map((key) => key.reveal()))
      return ADMIN_API_KEYS.some((key) => !known.has(key.reveal()))
    },
  },
  {
    variable: 'OIDC_ISSUER',
    message: 'is missing: tokens of anybody would be taken',
    isBroken: ({ OIDC_ISSUER, OIDC_AUDIENCE, OIDC_JWKS_URL }) =>
      OIDC_ISSUER === undefined && (OIDC_AUDIENCE !== undefined || OIDC_JWKS_URL !== undefined),
  },
  {
    variable: 'OIDC_AUDIENCE',
    message: 'is missing: a token for somebody else would be taken',
    isBroken: ({ OIDC_ISSUER, OIDC_AUDIENCE }) => OIDC_ISSUER !== undefined && OIDC_AUDIENCE === undefined,
  },
  {
    variable: 'ADMIN_USERS',
    message: 'names people of an identity provider, and there is none: OIDC_ISSUER is not set',
    isBroken: ({ OIDC_ISSUER, ADMIN_USERS }) => OIDC_ISSUER === undefined && ADMIN_USERS.length > 0,
  },
]

export const entranceFaults = (settings: Settings): readonly ConfigFault[] =>
  rules.filter(({ isBroken }) => isBroken(settings))
