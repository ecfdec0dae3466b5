import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { createIds, type RequestRecord } from '@mcp-sentinel/events'
import { createHttpSink } from '@mcp-sentinel/events/adapters/http-sink'
import { createSpool, type Spool } from '@mcp-sentinel/events/adapters/spool'

export interface Producers {
  /** Decisions that were recorded, by their ids. */
  readonly decisions: ReadonlySet<string>
  /** Lets no more be made, and resolves when all of them were taken in: false when that took too long. */
  readonly finish: (timeoutMs: number) => Promise<boolean>
  readonly close: () => Promise<void>
}

export interface ProducerOptions {
  readonly folder: string
  readonly ingestUrl: string
  readonly apiKey: string
  readonly gateways: number
  /** Of all of them. */
  readonly eventsPerSecond: number
}

const everyMs = 10
const ids = createIds(Date.now)

const aDecision = (gateway: number, index: number): RequestRecord => ({
  agent_id: `agent-${index % 50}`,
  bytes_in: 300,
  bytes_out: 900,
  cluster: 'prod',
  decision: index % 20 === 0 ? 'deny' : 'allow',
  decision_id: ids(),
  human_id: `human-${index % 200}`,
  latency_ms: 1.5,
  method: 'POST',
  namespace: 'mcp-servers',
  path: '/mcp',
  policy_version: 'v1',
  reason: index % 20 === 0 ? 'trust_too_low' : 'allowed',
  rpc_method: 'tools/call',
  server: `server-${gateway}`,
  session_id: `session-${index % 100}`,
  status: 200,
  subject_team_id: 'team-a',
  team_id: 'team-a',
  tool_name: `tool-${index % 30}`,
})

/** Gateways that record what they decide and ship it, whatever becomes of the pipeline. */
export const startProducers = async (options: ProducerOptions): Promise<Producers> => {
  const { folder, ingestUrl, apiKey, gateways, eventsPerSecond } = options
  const decisions = new Set<string>()
  const stopping = new AbortController()
  const spools: Spool[] = []
  for (let gateway = 0; gateway < gateways; gateway++) {
    spools.push(
      await createSpool({
        directory: join(folder, `spool-${gateway}`),
        producer: `mcp-servers/server-${gateway}/pod-1`,
        source: 'gateway',
        sink: createHttpSink({ url: ingestUrl, apiKey, timeoutMs: 5_000 }),
        backoff: { minMs: 50, maxMs: 1_000 },
      }),
    )
  }

  const produce = async (spool: Spool, gateway: number): Promise<void> => {
    const perRound = (eventsPerSecond / gateways / 1000) * everyMs
    let owed = 0
    for (let index = 0; !stopping.signal.aborted; ) {
      for (owed += perRound; owed >= 1; owed--, index++) {
        const decision = aDecision(gateway, index)
        if (spool.record(decision)) decisions.add(decision.decision_id)
      }
      await wait(everyMs)
    }
  }
  const producing = spools.map(produce)

  return {
    decisions,
    finish: async (timeoutMs) => {
      stopping.abort()
      await Promise.all(producing)
      return (await Promise.all(spools.map((spool) => spool.drain(timeoutMs)))).every(Boolean)
    },
    close: async () => {
      stopping.abort()
      await Promise.all(producing)
      await Promise.all(spools.map((spool) => spool.close()))
    },
  }
}
