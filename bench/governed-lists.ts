import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Authenticate, createApi } from '@mcp-sentinel/api'
import { directoryStore } from '@mcp-sentinel/resources/adapters/directory'
import { createLogger } from '@mcp-sentinel/service'
import { writeResources } from './api-revocation/resources.ts'
import { percentile } from './gateway-revocation/sidecar.ts'
import { type Bench, rounded } from './report.ts'

const namespace = 'bench'
const server = 'payments'
const policyPath = `/api/runtime/policy?namespace=${namespace}&server=${server}`

const asAdmin: Authenticate = async () => ({
  role: 'admin',
  identity: 'service_api_key',
  keyId: 'bench',
  teams: [],
  scopes: [],
})

export const bench: Bench = async ({ quick }) => {
  const [grants, sessions] = quick ? [500, 5_000] : [5_000, 50_000]
  const rounds = quick ? 5 : 20
  const parts = new AsyncDisposableStack()
  try {
    const folder = await mkdtemp(join(tmpdir(), 'mcp-sentinel-bench-'))
    parts.defer(() => rm(folder, { recursive: true }))
    // Over for so long that no policy holds them any more.
    await writeResources(folder, { namespace, server, grants, sessions, expiresAt: '2020-01-01T00:00:00Z' })
    const store = await directoryStore(folder)
    parts.defer(store.close)
    const { app, close } = createApi({
      authenticate: asAdmin,
      logger: createLogger({ service: 'bench', level: 'silent' }),
      resources: store,
      version: 'bench',
    })
    parts.defer(close)

    const ask = async (path: string, payload?: object) => {
      const answer = await app.inject({
        method: payload === undefined ? 'GET' : 'PATCH',
        url: `/api/runtime/${path}`,
        ...(payload === undefined ? {} : { payload }),
      })
      if (answer.statusCode !== 200) throw new Error(`${path}: ${answer.statusCode} ${answer.body}`)
      return answer.body.length
    }
    const began = performance.now()
    // Until all was read once, the API says so.
    while ((await app.inject(policyPath)).statusCode === 503) {}
    const firstMs = performance.now() - began

    const figures: Record<string, number> = { first_policy_ms: rounded(firstMs) }
    const measure = async (name: string, work: (round: number) => Promise<number>): Promise<void> => {
      const times: number[] = []
      let bytes = 0
      const cpuBegan = process.cpuUsage()
      for (let round = 0; round < rounds; round++) {
        const roundBegan = performance.now()
        bytes = await work(round)
        times.push(performance.now() - roundBegan)
      }
      const { user, system } = process.cpuUsage(cpuBegan)
      figures[`${name}_p50_ms`] = rounded(percentile(times, 0.5))
      figures[`${name}_cpu_ms`] = rounded((user + system) / 1000 / rounds)
      figures[`${name}_answer_bytes`] = bytes
    }
    await measure('grants_page', () => ask(`grants?namespace=${namespace}`))
    await measure('sessions_page', () => ask(`sessions?namespace=${namespace}`))
    await measure('sessions_last_page', () => ask(`sessions?limit=100&cursor=${namespace}/s9`))
    await measure('policy', () => ask(`policy?namespace=${namespace}&server=${server}`))
    await measure('policy_after_change', async (round) => {
      await ask(`grants/${namespace}/g${round}`, { disabled: true })
      return ask(`policy?namespace=${namespace}&server=${server}`)
    })
    await measure('revoke', (round) => ask(`sessions/${namespace}/s${round}`, { revoked: true }))
    figures['rss_mib'] = rounded(process.memoryUsage.rss() / 1024 ** 2)
    console.log(
      `\n  ${grants} grants and ${sessions} sessions that are over, on one server in a folder of files`,
    )
    for (const [name, value] of Object.entries(figures)) console.log(`  ${name.padEnd(32)} ${value}`)
    return {
      figures,
      goals: {
        grants_page_answer_bytes: '<= 1000000',
        sessions_page_answer_bytes: '<= 1000000',
        sessions_page_cpu_ms: '<= 500',
        policy_cpu_ms: '<= 500',
      },
    }
  } finally {
    await parts.disposeAsync()
  }
}
