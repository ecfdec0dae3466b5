import type { Endpoints, ResponseOf } from '@mcp-sentinel/contract'
import type { Client } from '@mcp-sentinel/contract/client'

type Trust = 'low' | 'medium' | 'high'
type SideEffect = 'read' | 'write' | 'destructive'
type Tool = readonly [name: string, requiredTrust: Trust, sideEffect: SideEffect]

export interface Server {
  readonly team: string
  readonly name: string
  readonly mode?: 'observe'
  readonly tools: readonly Tool[]
}

export const servers: readonly Server[] = [
  {
    team: 'payments',
    name: 'billing-ledger',
    tools: [
      ['list_invoices', 'low', 'read'],
      ['get_invoice', 'low', 'read'],
      ['create_invoice', 'medium', 'write'],
      ['refund_invoice', 'high', 'destructive'],
    ],
  },
  {
    team: 'payments',
    name: 'payouts',
    tools: [
      ['list_payouts', 'low', 'read'],
      ['schedule_payout', 'high', 'write'],
    ],
  },
  {
    team: 'research',
    name: 'paper-search',
    tools: [
      ['search_papers', 'low', 'read'],
      ['fetch_paper', 'low', 'read'],
      ['save_note', 'medium', 'write'],
    ],
  },
  {
    team: 'support',
    name: 'ticket-desk',
    mode: 'observe',
    tools: [
      ['list_tickets', 'low', 'read'],
      ['reply_to_ticket', 'medium', 'write'],
      ['close_ticket', 'medium', 'write'],
      ['merge_customers', 'high', 'destructive'],
    ],
  },
]

export interface Caller {
  readonly team: string
  readonly server: string
  readonly agent: string
  readonly human: string
  readonly session: string
  readonly consent: Trust
  /** Days that the session lasts yet; 0: revoked. */
  readonly days: number
  /** Of all calls, roughly. */
  readonly share: number
}

export const callers: readonly Caller[] = [
  ['payments', 'billing-ledger', 'billing-assistant', 'finance-1@example.org', 'high', 6, 20],
  ['payments', 'billing-ledger', 'billing-assistant', 'finance-2@example.org', 'medium', 3, 16],
  ['payments', 'billing-ledger', 'nightly-report', 'scheduler@example.org', 'low', 30, 9],
  ['payments', 'payouts', 'billing-assistant', 'finance-1@example.org', 'medium', 6, 4],
  ['research', 'paper-search', 'reading-group', 'research-1@example.org', 'medium', 1, 24],
  ['research', 'paper-search', 'reading-group', 'research-2@example.org', 'medium', 0, 6],
  ['support', 'ticket-desk', 'desk-copilot', 'support-1@example.org', 'medium', 2, 22],
  ['support', 'ticket-desk', 'desk-copilot', 'support-2@example.org', 'low', 2, 12],
].map(([team, server, agent, human, consent, days, share]) => ({
  team,
  server,
  agent,
  human,
  session: `${server}-${String(human).split('@', 1)[0]}-${agent}`,
  consent,
  days,
  share,
})) as readonly Caller[]

const grants = [
  ['payments', 'billing-ledger', 'billing-assistant', 'high', ['read', 'write', 'destructive']],
  ['payments', 'billing-ledger', 'nightly-report', 'low', ['read']],
  ['payments', 'payouts', 'billing-assistant', 'medium', ['read', 'write']],
  ['research', 'paper-search', 'reading-group', 'medium', ['read', 'write']],
  ['support', 'ticket-desk', 'desk-copilot', 'medium', ['read', 'write']],
] as const

type Team = ResponseOf<Endpoints['teams']['create']>['team']

/** Three teams and what they govern, made by who may: the audit log has it all. */
export const govern = async (client: Client, now: number): Promise<(slug: string) => Team> => {
  const teams = new Map<string, Team>()
  const teamOf = (slug: string): Team => teams.get(slug) as Team
  for (const slug of ['payments', 'research', 'support']) {
    const name = `${slug.charAt(0).toUpperCase()}${slug.slice(1)}`
    const { team } = await client.teams.create({ body: { slug, name } })
    teams.set(slug, team)
  }
  const namespaceOf = (slug: string): string => teamOf(slug).namespace
  for (const { team, name, mode = 'allow-list', tools } of servers)
    await client.servers.apply({
      body: {
        name,
        namespace: namespaceOf(team),
        spec: {
          image: `registry.example.org/${team}/${name}`,
          gateway: { enabled: true },
          policy: { mode, defaultDecision: 'deny', denial: 'tool-result' },
          tools: tools.map(([tool, requiredTrust, sideEffect]) => ({
            name: tool,
            requiredTrust,
            sideEffect,
          })),
        },
      },
    })
  for (const [team, server, agentID, maxTrust, allowedSideEffects] of grants)
    await client.grants.apply({
      body: {
        name: `${server}-${agentID}`,
        namespace: namespaceOf(team),
        serverRef: { name: server },
        subject: { agentID },
        maxTrust,
        allowedSideEffects: [...allowedSideEffects],
      },
    })
  for (const { team, server, agent, human, session, consent, days } of callers)
    await client.sessions.apply({
      body: {
        name: session,
        namespace: namespaceOf(team),
        serverRef: { name: server },
        subject: { humanID: human, agentID: agent },
        consentedTrust: consent,
        revoked: days === 0,
        expiresAt: new Date(now + (days + 0.4) * 86_400_000).toISOString(),
      },
    })
  return teamOf
}
