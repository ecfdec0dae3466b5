import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { RequestRecord } from '@mcp-sentinel/events'
import { type Stub, startStub } from '@mcp-sentinel/fixture-servers/stub'
import {
  createSessionIds,
  createSidecar,
  createUpstream,
  createUpstreamCredential,
} from '@mcp-sentinel/gateway'
import { createGateway } from '@mcp-sentinel/gateway-middleware'
import { documentIdentity } from '@mcp-sentinel/gateway-middleware/adapters/document-identity'
import { httpPolicy } from '@mcp-sentinel/gateway-middleware/adapters/http-policy'
import type { Bearer } from '@mcp-sentinel/identity'

export interface Guarded {
  readonly url: string
  readonly upstream: Stub
  /** What its gateway wrote down. */
  readonly records: readonly RequestRecord[]
  /** Resolves when the gateway decides by this revision. */
  readonly decidesBy: (revision: string) => Promise<void>
  readonly call: (tool: string, headers: Readonly<Record<string, string>>) => Promise<Response>
  readonly close: () => Promise<void>
}

export interface GuardedOptions {
  /** Of the server's policy, at the API. */
  readonly policyUrl: string
  readonly token: string
  /** Verifies what adapters say of who calls. */
  readonly assertions?: Bearer | undefined
}

/** A server behind a sidecar that takes its policy from the API. */
export const startGuarded = async ({ policyUrl, token, assertions }: GuardedOptions): Promise<Guarded> => {
  const parts = new AsyncDisposableStack()
  const upstream = await startStub()
  parts.defer(upstream.close)
  const policy = httpPolicy({ url: policyUrl, token, retryMinMs: 10 })
  const records: RequestRecord[] = []
  const gateway = await createGateway({
    policy,
    identify: documentIdentity({ header: { assertions } }),
    record: (record) => records.push(record),
    denial: 'http',
  })
  parts.defer(gateway.close)
  const forward = createUpstream({
    origin: new URL(upstream.url).origin,
    connectTimeoutMs: 1_000,
    headTimeoutMs: 60_000,
    idleTimeoutMs: 60_000,
  })
  parts.defer(forward.close)
  const sidecar = createSidecar({
    gateway,
    upstream: forward,
    sessionIds: createSessionIds([{ kid: 'k', key: Buffer.alloc(32, 7) }]),
    credential: createUpstreamCredential({ tokenOf: () => undefined }),
  })
  const server = createServer((request, response) => void sidecar.handle(request, response))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  parts.defer(async () => {
    server.close()
    server.closeAllConnections()
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`
  return {
    url,
    upstream,
    records,
    decidesBy: (revision) =>
      new Promise((resolve) => {
        const look = () => {
          if (policy.current()?.document.revision !== revision) return
          leave()
          resolve()
        }
        const leave = policy.onChange(look)
        look()
      }),
    call: (tool, headers) =>
      fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({
          jsonrpc: '2.0',
          id: 1,
          method: 'tools/call',
          params: { name: tool, arguments: {} },
        }),
      }),
    close: () => parts.disposeAsync(),
  }
}
