import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createServerTokens, mintServerToken } from '@mcp-sentinel/identity'
import type { ObjectKey, ResourceStore } from '@mcp-sentinel/resources'
import { directoryStore } from '@mcp-sentinel/resources/adapters/directory'
import { createPolicyStream } from '@mcp-sentinel/resources/policy-stream'
import { createRenderedPolicies, type RenderedPolicies } from '@mcp-sentinel/resources/rendered-policies'

export interface ControlPlane {
  readonly store: ResourceStore
  readonly policies: RenderedPolicies
  /** Where the gateway of a server gets its policy, and what it shows there. */
  readonly sourceOf: (server: ObjectKey) => Promise<{ readonly url: string; readonly token: string }>
  readonly close: () => Promise<void>
}

export interface ControlPlaneOptions {
  /** Of the resources. */
  readonly folder: string
  /** What cannot be read. */
  readonly report: (faults: readonly string[]) => void
}

const [issuer, audience, kid] = ['mcp-sentinel', 'mcp-sentinel-policy', 'this-run']
/** The key is gone with the process, and so is what it signed. */
const tokenTtlS = 10 * 365 * 24 * 3600

/** Resources in a folder, and the policy of each server streamed to its gateway on loopback. */
export const startControlPlane = async ({ folder, report }: ControlPlaneOptions): Promise<ControlPlane> => {
  const parts = new AsyncDisposableStack()
  try {
    const store = await directoryStore(folder)
    parts.defer(store.close)
    const policies = createRenderedPolicies({ store, cluster: 'local', report })
    parts.defer(policies.close)

    const { publicKey, privateKey } = generateKeyPairSync('ed25519')
    const publicKeys = new Map([[kid, publicKey]])
    const tokens = createServerTokens({ publicKeys, issuer, audience, clock: Date.now })
    const stream = createPolicyStream({
      policies,
      verify: async (token) => {
        const known = await tokens.authenticate(token)
        if (!known.ok || known.principal.kind !== 'server') return undefined
        const { namespace, server } = known.principal.binding
        return { namespace, name: server }
      },
    })
    const http = createServer((request, response) => {
      if (!stream.handle(request, response)) response.writeHead(404).end()
    })
    http.listen(0, '127.0.0.1')
    await once(http, 'listening')
    parts.defer(async () => {
      const closed = once(http, 'close')
      http.close()
      stream.close()
      http.closeAllConnections()
      await closed
    })

    const { port } = http.address() as AddressInfo
    return {
      store,
      policies,
      sourceOf: async ({ namespace, name }) => ({
        url: `http://127.0.0.1:${port}/policy/${namespace}/${name}`,
        token: await mintServerToken({
          signer: { kid, privateKey, issuer },
          audience,
          binding: { namespace, server: name },
          ttlS: tokenTtlS,
          now: Date.now(),
        }),
      }),
      close: () => parts.disposeAsync(),
    }
  } catch (error) {
    await parts.disposeAsync()
    throw error
  }
}
