import { readFile } from 'node:fs/promises'
import type { Identify } from '@mcp-sentinel/gateway-middleware'
import { documentIdentity } from '@mcp-sentinel/gateway-middleware/adapters/document-identity'
import { resourceMetadata } from '@mcp-sentinel/gateway-middleware/adapters/resource-metadata'
import { type Bearer, createAdapterAssertions, parsePublicKeys } from '@mcp-sentinel/identity'
import type { CompiledPolicy } from '@mcp-sentinel/policy'
import { ConfigError } from '@mcp-sentinel/service'
import type { Settings } from './config.ts'

/** Who calls, by the means that the policy in force names. */
export const openIdentity = async (settings: Settings): Promise<Identify> => {
  const { HEADER_IDENTITY_TRUST, TRUSTED_PROXY_CIDRS } = settings
  const resource = resourceOf(settings)
  return documentIdentity({
    header: {
      trust:
        HEADER_IDENTITY_TRUST === 'network'
          ? 'anyone'
          : TRUSTED_PROXY_CIDRS.length > 0
            ? { cidrs: TRUSTED_PROXY_CIDRS }
            : undefined,
      assertions: await assertionsOf(settings),
    },
    oauth: resource === undefined ? undefined : { resource },
  })
}

/** How clients name the server behind us; undefined where nobody has said. */
const resourceOf = ({ EXTERNAL_BASE_URL, MCP_PATH }: Settings): string | undefined =>
  EXTERNAL_BASE_URL &&
  new URL(EXTERNAL_BASE_URL.pathname.replace(/\/$/, '') + MCP_PATH, EXTERNAL_BASE_URL).href

/** What clients are told of a path, where the policy in force asks for OAuth. */
export const metadataOf =
  (settings: Settings, policy: () => CompiledPolicy | undefined) =>
  (path: string): object | undefined => {
    const { mode, issuer_url: issuer } = policy()?.document.auth ?? {}
    const resource = resourceOf(settings)
    if (mode !== 'oauth' || !issuer || resource === undefined) return undefined
    const ours = new URL(resource).pathname
    return path === '' || path === '/' || path === ours ? resourceMetadata({ resource, issuer }) : undefined
  }

const assertionsOf = async (settings: Settings): Promise<Bearer | undefined> => {
  const { ADAPTER_KEYS, ADAPTER_ISSUER, MCP_SERVER_NAMESPACE, MCP_SERVER_NAME } = settings
  if (ADAPTER_KEYS === undefined) return undefined
  const publicKeys = parsePublicKeys(await readFile(ADAPTER_KEYS, 'utf8').catch(() => ''))
  if (publicKeys === undefined)
    throw new ConfigError([
      { variable: 'ADAPTER_KEYS', message: 'cannot be read as a JWKS of public keys with a kid each' },
    ])
  const audience = `${MCP_SERVER_NAMESPACE}/${MCP_SERVER_NAME}`
  return createAdapterAssertions({ publicKeys, issuer: ADAPTER_ISSUER, audience, clock: Date.now })
}
