import { generateKeyPairSync } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Authenticate, createApi } from '@mcp-sentinel/api'
import { startStub } from '@mcp-sentinel/fixture-servers/stub'
import { createServerTokens, mintServerToken } from '@mcp-sentinel/identity'
import { directoryStore } from '@mcp-sentinel/resources/adapters/directory'
import { createLogger } from '@mcp-sentinel/service'
import { writeResources } from './api-revocation/resources.ts'
import { callOf, percentile, startSidecar } from './gateway-revocation/sidecar.ts'
import { type Bench, rounded } from './report.ts'

/** Beside the sessions that are revoked one by one, so that a policy has a size. */
const grants = 1_000
const namespace = 'bench'
const server = 'payments'

const asAdmin: Authenticate = async () => ({
  role: 'admin',
  identity: 'service_api_key',
  keyId: 'bench',
  teams: [],
  scopes: [],
})

const startApi = async (folder: string) => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const issuer = 'mcp-sentinel'
  const store = await directoryStore(folder)
  const { app, close } = createApi({
    authenticate: asAdmin,
    logger: createLogger({ service: 'bench', level: 'silent' }),
    resources: store,
    policyTokens: createServerTokens({
      publicKeys: new Map([['k', publicKey]]),
      issuer,
      audience: 'policy',
      clock: Date.now,
    }),
    version: 'bench',
  })
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  const token = await mintServerToken({
    signer: { kid: 'k', privateKey, issuer },
    audience: 'policy',
    binding: { namespace, server },
    ttlS: 3600,
    now: Date.now(),
  })
  return {
    url,
    token,
    close: async () => {
      await close()
      await store.close()
    },
  }
}

/** 0 for a call that was let in before the revocation and cut by it. */
const statusOf = async (url: string, index: number): Promise<number> => {
  const answer = await callOf(url, index).catch(() => undefined)
  await answer?.text().catch(() => undefined)
  return answer?.status ?? 0
}

const until = async (url: string, index: number, status: number): Promise<void> => {
  while ((await statusOf(url, index)) !== status) {}
}

const revoke = async (api: string, index: number): Promise<void> => {
  const answer = await fetch(`${api}/api/runtime/sessions/${namespace}/s${index}`, {
    method: 'PATCH',
    headers: { 'content-type': 'application/json' },
    body: '{"revoked":true}',
  })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`the API answers ${answer.status}: ${text}`)
}

export const bench: Bench = async ({ quick }) => {
  const rounds = quick ? 20 : 100
  const parts = new AsyncDisposableStack()
  try {
    const folder = await mkdtemp(join(tmpdir(), 'mcp-sentinel-bench-'))
    parts.defer(() => rm(folder, { recursive: true }))
    await writeResources(folder, { namespace, server, grants, sessions: rounds })
    const api = await startApi(folder)
    parts.defer(api.close)
    const upstream = await startStub({ callsMax: 0 })
    parts.defer(upstream.close)
    const sidecar = await startSidecar(`${api.url}/policy/${namespace}/${server}`, api.token, upstream.url)
    parts.defer(async () => void sidecar.close())
    await until(sidecar.url, 0, 200)

    const answeredMs: number[] = []
    const refusedMs: number[] = []
    for (let index = 0; index < rounds; index++) {
      await until(sidecar.url, index, 200)
      const began = performance.now()
      const answered = revoke(api.url, index).then(() => answeredMs.push(performance.now() - began))
      await Promise.all([
        answered,
        until(sidecar.url, index, 401).then(() => refusedMs.push(performance.now() - began)),
      ])
    }
    const figures = {
      revocation_rounds: rounds,
      patch_answered_p50_ms: rounded(percentile(answeredMs, 0.5)),
      patch_answered_p99_ms: rounded(percentile(answeredMs, 0.99)),
      next_call_refused_p50_ms: rounded(percentile(refusedMs, 0.5)),
      next_call_refused_p99_ms: rounded(percentile(refusedMs, 0.99)),
    }
    console.log(
      `\n  ${rounds} sessions revoked by PATCH to the API, ${grants} grants and ${rounds} sessions on the server\n` +
        `  PATCH answered after     p50 ${figures.patch_answered_p50_ms} ms, p99 ${figures.patch_answered_p99_ms} ms\n` +
        `  next call refused after  p50 ${figures.next_call_refused_p50_ms} ms, p99 ${figures.next_call_refused_p99_ms} ms`,
    )
    return { figures, goals: { next_call_refused_p99_ms: '<= 1000' } }
  } finally {
    await parts.disposeAsync()
  }
}
