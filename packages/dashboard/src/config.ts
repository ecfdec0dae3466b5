import {
  type ConfigFault,
  createSecret,
  defineConfig,
  httpUrl,
  port,
  processVariables,
  type SettingsOf,
} from '@mcp-sentinel/service'
import { z } from 'zod'
import { isHttpsOrLoopback } from './oidc/safe-url.ts'
import type { OidcOptions } from './oidc/serve-oidc.ts'

const text = () => z.string().max(1024, 'is longer than 1024 characters')
const callback = '/auth/oidc/callback'

const variables = {
  HOST: z.string().default('0.0.0.0').describe('address to listen on'),
  PORT: port().default(8082).describe('where browsers come'),
  METRICS_PORT: port().default(9082).describe('where `/metrics` is'),
  API_UPSTREAM: httpUrl().describe('the API, without a path'),
  API_BASE: z.string().regex(/^\//, 'begins with /').default('/api').describe('where browsers find the API'),
  PLATFORM_MODE: z.enum(['tenant', 'org', 'public']).default('tenant').describe('as that of the API'),
  TRACE_URL: text()
    .refine(
      (url) => url.includes('{traceId}') && /^https?:$/.test(URL.parse(url)?.protocol ?? ''),
      'is no http or https URL with {traceId} in it',
    )
    .optional()
    .describe('where people look at a trace, with `{traceId}` in it'),
  OIDC_ISSUER: text()
    .optional()
    .describe('identity provider that people may sign in with, as it stands in its tokens; that of the API'),
  OIDC_CLIENT_ID: text()
    .optional()
    .describe('by which the provider knows this dashboard; `OIDC_AUDIENCE` of the API is the same'),
  OIDC_CLIENT_SECRET: text()
    .min(16, 'has fewer than 16 characters')
    .transform(createSecret)
    .optional()
    .meta({ description: 'what it knows it by', secret: true }),
  OIDC_REDIRECT_URL: httpUrl()
    .refine(
      (url) => isHttpsOrLoopback(url) && url.pathname === callback && url.search === '',
      `is no https URL that ends with ${callback}`,
    )
    .optional()
    .describe(`\`${callback}\` of this dashboard, as browsers reach it and the provider has it written down`),
  OIDC_NAME: text().optional().describe('as people call the provider: “Sign in with …”'),
  ...processVariables(),
}
type Settings = SettingsOf<typeof variables>

const needed = ['OIDC_ISSUER', 'OIDC_CLIENT_ID', 'OIDC_CLIENT_SECRET', 'OIDC_REDIRECT_URL'] as const

const own = ['OIDC_CLIENT_ID', 'OIDC_CLIENT_SECRET', 'OIDC_REDIRECT_URL', 'OIDC_NAME'] as const

const isIssuer = (issuer: string): boolean => {
  const url = URL.parse(issuer)
  return url !== null && isHttpsOrLoopback(url) && url.search === '' && url.hash === ''
}

const oidcFaults = (settings: Settings): readonly ConfigFault[] => {
  // The issuer by itself is what the API is told, too, where both have one environment.
  const isWanted = own.some((name) => settings[name] !== undefined)
  if (!isWanted) return []
  const missing = needed
    .filter((variable) => settings[variable] === undefined)
    .map((variable) => ({ variable, message: 'is missing: nobody could sign in with the identity provider' }))
  return settings.OIDC_ISSUER === undefined || isIssuer(settings.OIDC_ISSUER)
    ? missing
    : [...missing, { variable: 'OIDC_ISSUER', message: 'is no https URL without a query' }]
}

export const config = defineConfig(variables, oidcFaults)

/** Undefined where nobody signs in with an identity provider. */
export const oidcOf = ({
  OIDC_ISSUER: issuer,
  OIDC_CLIENT_ID: clientId,
  OIDC_CLIENT_SECRET: secret,
  OIDC_REDIRECT_URL: redirectUrl,
  OIDC_NAME: name,
}: Settings): OidcOptions | undefined =>
  issuer && clientId && secret && redirectUrl
    ? { issuer, clientId, clientSecret: secret.reveal(), redirectUrl: redirectUrl.href, name }
    : undefined
