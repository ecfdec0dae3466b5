import { apiCodes, problem } from '@mcp-sentinel/contract'
import { openTestStore, toolCall } from '../packages/api/src/contract-tests/event-stores.ts'
import { endpointAt, outsideContract } from '../packages/api/src/contract-tests/outside-contract.ts'
import { openWholeApi, principals, type WholeApi } from '../packages/api/src/contract-tests/whole-api.ts'
import { createRandom } from '../packages/policy/src/law-tests/random-pairs.ts'
import { type FuzzedRequest, operationsOf, requestFor } from './api-fuzz/requests.ts'
import type { Meant } from './api-fuzz/values.ts'
import type { Bench } from './report.ts'

interface Finding {
  readonly kind: 'undocumented 5xx' | 'outside the contract'
  readonly why: string
}

const judged = (request: FuzzedRequest, status: number, body: string): Finding | undefined => {
  const found = endpointAt(request.method, request.url.split('?')[0] ?? '')
  const told = found && outsideContract(found.endpoint, { status, body })
  const code = problem.safeParse(parsed(body)).data?.error ?? ''
  // Of a fault that nobody foresaw the contract says only that it may be.
  if (status >= 500 && (told !== undefined || code === 'internal' || status !== apiCodes[code as never]))
    return { kind: 'undocumented 5xx', why: told ?? code }
  if (told !== undefined) return { kind: 'outside the contract', why: `${found?.id}: ${told}` }
  if (found === undefined && ![400, 404, 405].includes(status))
    return { kind: 'outside the contract', why: `${status} where nothing is` }
  return undefined
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const meantBy = ({ people: { idOf } }: WholeApi): Meant => ({
  namespace: ['mcp-team-red', 'mcp-team-red', 'mcp-team-red', 'mcp-team-red', 'mcp-team-blue', 'mcp-servers'],
  name: ['payments', 'payments', 'new'],
  '/runtime/grants': ['granted', 'granted', 'by-agent', 'new'],
  '/runtime/sessions': ['begun', 'begun', 'new'],
  '/runtime/servers': ['payments', 'open', 'new'],
  '/deployments': ['web', 'new'],
  '/users/': [idOf('user'), idOf('otherOwner')],
  server: ['payments', 'open', 'shared'],
  serverName: ['payments', 'open'],
  team: ['red', 'red', 'blue', 'new'],
  slug: ['red', 'new'],
  userID: ['user', 'member'].map(idOf),
  id: [idOf('user'), 'uk_none', 'rk_none'],
  email: ['user@example.org', 'new@example.org'],
  password: ['long enough'],
  expires_at: ['2027-01-01T00:00:00Z'],
  since: ['2026-06-01T00:00:00Z', '2026-05-01'],
  until: ['2026-06-02', '2026-06-01T08:00:00+02:00'],
  at: ['2026-06-01T08:00:00Z'],
  issuedAt: ['2026-06-01T07:00:00Z'],
  expiresAt: ['2026-07-01T00:00:00Z'],
  notBefore: ['2026-06-01T07:00:00Z'],
  notAfter: ['2026-07-01T00:00:00Z'],
  image: ['registry.example.org/red/it'],
  'x-forwarded-uri': ['/v2/red/app/manifests/latest', '/v2/', '/v2/blue/app/blobs/uploads/?from=red'],
  agentID: ['coder'],
  image_ref: ['registry.example.org/red/it:1'],
  version: ['1.0'],
  component: ['api', 'ingest'],
  policyVersion: ['v1'],
  user: ['user@example.org', idOf('owner')],
  decision: ['allow', 'deny'],
  status: ['deny'],
  outcome: ['deny'],
})

export const bench: Bench = async ({ quick, seed }) => {
  const requests = quick ? 1_500 : 10_000
  const random = createRandom(seed)
  const events = await openTestStore()
  const api: WholeApi = await openWholeApi({ store: events.store })
  const statuses: Record<number, number> = {}
  const findings: Finding[] = []
  try {
    await events.fill(Array.from({ length: 200 }, (_, at) => toolCall(api.people.world.now() - at * 60_000)))
    const operations = operationsOf((await api.app.inject('/api/openapi.json')).json())
    const meant = meantBy(api)
    const reached = new Set<string>()
    for (let made = 0; made < requests; made++) {
      const operation = random.pick(operations)
      const request = requestFor(operation, random, meant)
      const { method, url, headers, payload } = request
      const principal = random.chance(0.7)
        ? random.pick(['team owner', 'admin', 'admin service key', 'team member'] as const)
        : random.pick(principals)
      const { statusCode: status, body } = await api.app.inject({
        method: method as 'GET',
        url,
        headers: { ...api.headersOf(principal), ...headers },
        ...(payload === undefined ? {} : { payload }),
      })
      statuses[status] = (statuses[status] ?? 0) + 1
      if (status < 300) reached.add(`${operation.method} ${operation.path}`)
      const finding = judged(request, status, body)
      if (finding === undefined) continue
      findings.push(finding)
      if (findings.length <= 20)
        console.log(
          `  ${finding.kind}: ${finding.why.slice(0, 300)}\n    ${principal}: ${method} ${url.slice(0, 300)} ${payload?.slice(0, 500) ?? ''}\n    ${status} ${body.slice(0, 300)}`,
        )
    }
    console.log(
      `  ${requests} requests, seed ${seed}: ${Object.entries(statuses)
        .map(([status, count]) => `${count} × ${status}`)
        .join(', ')}; ${reached.size} of ${operations.length} operations answered with a success`,
    )
    const names = operations.map(({ method, path }) => `${method} ${path}`)
    console.log(`  never with a success: ${names.filter((name) => !reached.has(name)).join(', ')}`)
    const count = (kind: Finding['kind']): number => findings.filter((one) => one.kind === kind).length
    return {
      figures: {
        requests,
        operations: operations.length,
        operations_that_succeeded: reached.size,
        undocumented_5xx: count('undocumented 5xx'),
        outside_contract: count('outside the contract'),
      },
      goals: { undocumented_5xx: '== 0', outside_contract: '== 0' },
      failed: findings.length > 0,
    }
  } finally {
    await api.close()
    await events.close()
  }
}
