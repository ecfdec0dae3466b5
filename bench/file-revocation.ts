import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startStub } from '@mcp-sentinel/fixture-servers/stub'
import { apiVersion, type ResourceStore } from '@mcp-sentinel/resources'
import { directoryStore, resourceFile } from '@mcp-sentinel/resources/adapters/directory'
import { createPolicyStream } from '@mcp-sentinel/resources/policy-stream'
import { createRenderedPolicies } from '@mcp-sentinel/resources/rendered-policies'
import { callOf, inForce, percentile, startSidecar } from './gateway-revocation/sidecar.ts'
import { type Bench, rounded } from './report.ts'

const server = { namespace: 'mcp-servers', name: 'bench' }
const serverRef = { name: server.name }
const [token, grants] = ['token-of-the-bench', 1_000]
const keyOf = (index: number) => ({ namespace: server.namespace, name: `s${index}` })

const fill = async (store: ResourceStore, sessions: number): Promise<void> => {
  const { namespace } = server
  await store.apply({
    apiVersion,
    kind: 'MCPServer',
    metadata: server,
    spec: {
      image: 'stub',
      session: { required: true },
      policy: { denial: 'http' },
      tools: [{ name: 'wait', sideEffect: 'read' }],
    },
  })
  for (let index = 0; index < grants; index++) {
    await store.apply({
      apiVersion,
      kind: 'MCPAccessGrant',
      metadata: { namespace, name: `g${index}` },
      spec: { serverRef, subject: { humanID: `human-${index}` }, allowedSideEffects: ['read'] },
    })
  }
  for (let index = 0; index < sessions; index++) {
    await store.apply({
      apiVersion,
      kind: 'MCPAgentSession',
      metadata: keyOf(index),
      spec: { serverRef, subject: { humanID: `human-${index}` }, consentedTrust: 'low' },
    })
  }
}

const startControlPlane = async (store: ResourceStore) => {
  const policies = createRenderedPolicies({ store })
  const stream = createPolicyStream({
    policies,
    verify: (shown) => (shown === token ? server : undefined),
  })
  const http = createServer((request, response) => {
    if (!stream.handle(request, response)) response.writeHead(404).end()
  })
  http.listen(0, '127.0.0.1')
  await once(http, 'listening')
  return {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/policy/${server.namespace}/${server.name}`,
    close: async () => {
      stream.close()
      http.closeAllConnections()
      http.close()
      await policies.close()
    },
  }
}

export const bench: Bench = async ({ quick }) => {
  const rounds = quick ? 20 : 100
  const parts = new AsyncDisposableStack()
  try {
    const folder = await mkdtemp(join(tmpdir(), 'bench-revocation-'))
    parts.defer(() => rm(folder, { recursive: true }))
    const store = await directoryStore(folder)
    parts.defer(store.close)
    await fill(store, 2 * rounds)
    const control = await startControlPlane(store)
    parts.defer(control.close)
    const upstream = await startStub()
    parts.defer(upstream.close)
    const sidecar = await startSidecar(control.url, token, upstream.url)
    parts.defer(async () => void sidecar.close())
    await inForce(sidecar.url)

    /** A call that is under way when the session is revoked is cut off. */
    const isRefused = async (index: number): Promise<boolean> => {
      const answer = await callOf(sidecar.url, index).catch(() => undefined)
      await answer?.text().catch(() => undefined)
      return answer?.status === 401
    }
    const refusedMs = async (index: number, revoke: () => Promise<unknown>): Promise<number> => {
      const allowed = await callOf(sidecar.url, index)
      await allowed.text()
      if (allowed.status !== 200) throw new Error(`session ${index} was refused before: ${allowed.status}`)
      const began = performance.now()
      const revoking = revoke()
      while (!(await isRefused(index))) {}
      const took = performance.now() - began
      await revoking
      return took
    }
    const [patched, edited]: [number[], number[]] = [[], []]
    for (let index = 0; index < rounds; index++) {
      const patch = () => store.patch('MCPAgentSession', keyOf(index), { spec: { revoked: true } })
      patched.push(await refusedMs(index, patch))
      const file = join(folder, resourceFile('MCPAgentSession', keyOf(rounds + index)))
      const text = await readFile(file, 'utf8')
      edited.push(await refusedMs(rounds + index, () => writeFile(file, `${text}  revoked: true\n`)))
    }
    const figures = {
      revocation_rounds: rounds,
      patch_to_refused_p50_ms: rounded(percentile(patched, 0.5)),
      patch_to_refused_p99_ms: rounded(percentile(patched, 0.99)),
      edit_to_refused_p50_ms: rounded(percentile(edited, 0.5)),
      edit_to_refused_p99_ms: rounded(percentile(edited, 0.99)),
    }
    console.log(
      `\n  ${rounds} sessions each way, beside ${grants} grants of the same server, all in files\n` +
        `  patch → next call refused         p50 ${figures.patch_to_refused_p50_ms} ms, p99 ${figures.patch_to_refused_p99_ms} ms\n` +
        `  edit by hand → next call refused  p50 ${figures.edit_to_refused_p50_ms} ms, p99 ${figures.edit_to_refused_p99_ms} ms`,
    )
    return { figures, goals: { patch_to_refused_p99_ms: '<= 1000', edit_to_refused_p99_ms: '<= 1000' } }
  } finally {
    await parts.disposeAsync()
  }
}
