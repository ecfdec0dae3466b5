import { expect, test } from 'vitest'
import { barsOf, type Usage, windowOf } from './usage-view.ts'

const now = Date.parse('2026-06-03T10:30:00Z')
const iso = (ms: number) => new Date(ms).toISOString()

test('a window of two days goes by the hour, a longer one by the day, and both end with now', () => {
  const short = windowOf(2, now)
  expect([iso(short.fromMs), iso(short.toMs)]).toEqual([
    '2026-06-01T11:00:00.000Z',
    '2026-06-03T10:00:00.000Z',
  ])
  const long = windowOf(7, now)
  expect([iso(long.fromMs), iso(long.toMs)]).toEqual(['2026-05-28T00:00:00.000Z', '2026-06-03T00:00:00.000Z'])
})

const tool = (of: Partial<Usage['tools'][number]>) => ({
  server: 'payments',
  tool_name: 'refund',
  human_id: '',
  team_id: '',
  agent_id: '',
  events: 1,
  denied: 0,
  last_seen: '',
  ...of,
})
const usage: Usage = {
  totals: {
    events: 8,
    allowed: 6,
    denied: 2,
    unique_servers: 1,
    unique_humans: 1,
    unique_agents: 1,
    unique_sessions: 1,
  },
  servers: [],
  actors: [
    { human_id: 'u1', agent_id: '', events: 8, unique_servers: 1, unique_tools: 1, denied: 2, last_seen: '' },
  ],
  tools: [
    tool({ tool_name: 'list', events: 2 }),
    tool({ agent_id: 'a', events: 3, denied: 1 }),
    tool({ agent_id: 'b', events: 3, denied: 1 }),
  ],
  decisions: [],
  series: [],
  recent: [],
  refusals: [{ reason: 'trust_too_low', events: 2 }],
  latency: [],
  names: { u1: 'ada@example.org' },
  window_days: 7,
  filters: { namespaces: [], team_ids: [] },
}

test('a tool is one row, whoever calls it; people are called by their names', () => {
  const { tools, actors, refusals, deniedShare } = barsOf(usage)
  expect(tools.map(({ label, count, denied }) => [label, count, denied])).toEqual([
    ['refund', 6, 2],
    ['list', 2, 0],
  ])
  expect(actors[0]).toMatchObject({ label: 'no agent', about: 'ada@example.org' })
  expect(refusals[0]).toMatchObject({ label: 'trust too low', denied: 2 })
  expect(deniedShare).toBe('25%')
})
