import { setTimeout as wait } from 'node:timers/promises'
import { createClient } from '@mcp-sentinel/contract/client'
import { type CompiledPolicy, compile } from '@mcp-sentinel/policy'
import { parsePolicy } from '@mcp-sentinel/policy/schema'
import type { Up } from '../../up.ts'
import { govern, servers } from './resources.ts'
import { weekOfEvents } from './week.ts'

const batchMax = 2_000
const waitMs = 60_000

/** Teams, what they govern, and a week of calls: what a dashboard is like that people use. */
export const liveIn = async ({ origin, adminKey, ingestKey }: Up): Promise<void> => {
  const client = createClient({ baseUrl: `${origin}/api`, headers: () => ({ 'x-api-key': adminKey }) })
  const now = Date.now()
  const teamOf = await govern(client, now)
  const policies = new Map<string, CompiledPolicy>()
  for (const { team, name } of servers) {
    const { json } = await client.policies.rendered({
      query: { namespace: teamOf(team).namespace, server: name },
    })
    const parsed = parsePolicy(JSON.parse(json))
    if (!parsed.ok) throw new Error(`the policy of ${name} cannot be read`)
    policies.set(name, compile(parsed.document))
  }
  const policyOf = (server: string): CompiledPolicy => policies.get(server) as CompiledPolicy
  const events = weekOfEvents({ now, teamOf, policyOf })
  const { events_total: before } = await client.analytics.stats()
  for (let from = 0; from < events.length; from += batchMax) {
    const answer = await fetch(`${origin}/ingest/events`, {
      method: 'POST',
      headers: { 'x-api-key': ingestKey, 'content-type': 'application/x-ndjson' },
      body: events.slice(from, from + batchMax).join('\n'),
    })
    const { rejected } = (await answer.json()) as { readonly rejected?: readonly object[] }
    if (answer.status !== 202 || rejected?.length !== 0)
      throw new Error(`ingest answers ${answer.status}: ${JSON.stringify(rejected?.[0])}`)
  }
  for (const deadline = Date.now() + waitMs; ; await wait(100)) {
    const { events_total: stored } = await client.analytics.stats()
    if (stored - before >= events.length) return
    if (Date.now() > deadline) throw new Error(`${stored - before} of ${events.length} events are stored`)
  }
}
