import { expect, test } from 'vitest'
import { type Command, commandsFor, commandsOfId } from './commands.ts'

const command = (group: string, says: string, about?: string): Command => ({
  key: `${group}/${says}`,
  group,
  says,
  ...(about === undefined ? {} : { about }),
  to: { name: 'somewhere' },
})
const commands = [
  command('Pages', 'Access control'),
  command('Pages', 'Servers'),
  command('Servers', 'payments', 'mcp-team-red'),
  command('Servers', 'red-payments', 'mcp-servers'),
  command('Grants', 'billing', 'mcp-team-red · ada'),
]
const said = (typed: string) =>
  commandsFor(commands, typed).map(({ name, commands: found }) => [name, ...found.map(({ says }) => says)])

test.each([
  [
    '',
    [
      ['Pages', 'Access control', 'Servers'],
      ['Servers', 'payments', 'red-payments'],
      ['Grants', 'billing'],
    ],
  ],
  [
    'RED',
    [
      ['Servers', 'red-payments', 'payments'],
      ['Grants', 'billing'],
    ],
  ],
  ['pay team', [['Servers', 'payments']]],
  ['nothing', []],
])('%o finds %o', (typed, found) => {
  expect(said(typed)).toEqual(found)
})

test('of each group no more than can be looked over are told', () => {
  const many = Array.from({ length: 50 }, (_, at) => command('Servers', `server-${at}`))
  expect(commandsFor(many, 'server')[0]?.commands).toHaveLength(8)
})

test('an id leads to its events', () => {
  const decision = '0199A6C2-7B1e-7c55-9a3f-2f6f2b0f9a11'
  expect(commandsOfId(` ${decision} `).map(({ to }) => to)).toEqual([
    { name: 'events', query: { decision_id: decision.toLowerCase(), live: 'off' } },
    { name: 'events', query: { event: decision.toLowerCase() } },
  ])
  expect(commandsOfId('4bf92f3577b34da6a3ce929d0e0e4736')[0]?.says).toBe('Trace')
  expect(commandsOfId('payments')).toEqual([])
})
