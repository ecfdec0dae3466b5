import { startStub } from '@mcp-sentinel/fixture-servers/stub'
import type { PolicyDocument } from '@mcp-sentinel/policy'
import { createPolicyServer } from '../packages/gateway-middleware/src/contract-tests/policy-server.ts'
import { callOf, inForce, percentile, startSidecar } from './gateway-revocation/sidecar.ts'
import { type Bench, rounded } from './report.ts'

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
