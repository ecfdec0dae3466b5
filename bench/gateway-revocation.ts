import { fork } from 'node:child_process'
import { createInterface } from 'node:readline'
import { startStub } from '@mcp-sentinel/fixture-servers/stub'
import type { PolicyDocument } from '@mcp-sentinel/policy'
import { createPolicyServer } from '../packages/gateway-middleware/src/contract-tests/policy-server.ts'
import { type Bench, rounded } from './report.ts'

const main = new URL('../packages/gateway/src/main.ts', import.meta.url)
/** Beside the sessions that are revoked one by one, so that a document has a size. */
const grants = 1_000

const documentOf = (revoked: ReadonlySet<number>, sessions: number): PolicyDocument => ({
  schema_version: 'v2',
  server: { name: 'bench' },
  session: { required: true },
  policy: { denial: 'http' },
  tools: [{ name: 'wait', side_effect: 'read' }],
  grants: Array.from({ length: grants }, (_, index) => ({
    name: `g${index}`,
    human_id: `human-${index}`,
    allowed_side_effects: ['read' as const],
  })),
  sessions: Array.from({ length: sessions }, (_, index) => ({
    name: `s${index}`,
    human_id: `human-${index}`,
    consented_trust: 'low' as const,
    revoked: revoked.has(index),
  })),
})

const startSidecar = async (policyUrl: string, token: string, upstreamUrl: string) => {
  const child = fork(main, [], {
    env: {
      ...process.env,
      HOST: '127.0.0.1',
      PORT: '0',
      METRICS_PORT: '0',
      UPSTREAM_URL: new URL(upstreamUrl).origin,
      POLICY_URL: policyUrl,
      POLICY_TOKEN: token,
    },
    execArgv: ['--conditions=@mcp-sentinel/source'],
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  })
  for await (const line of createInterface({ input: child.stdout as NodeJS.ReadableStream })) {
    const { msg, port } = JSON.parse(line) as { msg: string; port: number }
    if (msg === 'guarding') return { url: `http://127.0.0.1:${port}/mcp`, close: () => child.kill('SIGTERM') }
  }
  throw new Error('the sidecar did not start')
}

const callOf = (url: string, index: number, headers: Record<string, string> = {}) =>
  fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-mcp-human-id': `human-${index}`,
      'x-mcp-agent-session': `s${index}`,
      ...headers,
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'wait' } }),
  })

const inForce = async (url: string): Promise<void> => {
  while ((await callOf(url, 0).then(async (answer) => (await answer.text()) && answer.status)) !== 200) {}
}

const percentile = (values: readonly number[], share: number): number =>
  [...values].sort((a, b) => a - b)[Math.ceil(values.length * share) - 1] ?? Number.NaN

export const bench: Bench = async ({ quick }) => {
  const rounds = quick ? 20 : 100
  const parts = new AsyncDisposableStack()
  try {
    const control = await createPolicyServer()
    parts.defer(control.close)
    const upstream = await startStub()
    parts.defer(upstream.close)
    control.publish(documentOf(new Set(), rounds))
    const sidecar = await startSidecar(control.url, control.token, upstream.url)
    parts.defer(async () => void sidecar.close())
    await inForce(sidecar.url)

    const revoked = new Set<number>()
    const cutMs: number[] = []
    const refusedMs: number[] = []
    for (let index = 0; index < rounds; index++) {
      const open = await callOf(sidecar.url, index, { 'x-stub-fault': 'silent-stream' })
      const ended = open.text().then(
        () => Promise.reject(new Error('the stream ended by itself')),
        () => performance.now(),
      )
      revoked.add(index)
      const document = documentOf(revoked, rounds)
      const began = performance.now()
      control.publish(document)
      for (;;) {
        const answer = await callOf(sidecar.url, index)
        await answer.text()
        if (answer.status === 401) break
      }
      refusedMs.push(performance.now() - began)
      cutMs.push((await ended) - began)
    }
    const figures = {
      revocation_rounds: rounds,
      stream_cut_p50_ms: rounded(percentile(cutMs, 0.5)),
      stream_cut_p99_ms: rounded(percentile(cutMs, 0.99)),
      next_call_refused_p50_ms: rounded(percentile(refusedMs, 0.5)),
      next_call_refused_p99_ms: rounded(percentile(refusedMs, 0.99)),
    }
    console.log(
      `\n  ${rounds} sessions revoked through the policy stream, ${grants} grants in each document\n` +
        `  open stream cut after   p50 ${figures.stream_cut_p50_ms} ms, p99 ${figures.stream_cut_p99_ms} ms\n` +
        `  next call refused after p50 ${figures.next_call_refused_p50_ms} ms, p99 ${figures.next_call_refused_p99_ms} ms`,
    )
    return { figures, goals: { stream_cut_p99_ms: '<= 1000', next_call_refused_p99_ms: '<= 1000' } }
  } finally {
    await parts.disposeAsync()
  }
}
