import { expect, test } from 'vitest'
import { coveredBy, toolRows } from './tool-rows.ts'
import type { Server } from './use-servers.ts'

const server = {
  disabledTools: ['export_*'],
  tools: [
    { name: 'list', requiredTrust: 'low', sideEffect: 'read' },
    { name: 'export_ledger', description: 'Declared.', requiredTrust: 'low', sideEffect: 'read' },
  ],
} as unknown as Server

test('what is declared and what is there stand together, each with what is known of it', () => {
  const rows = toolRows(server, {
    drift: [
      { name: 'list', status: 'declared' },
      { name: 'export_ledger', status: 'missing' },
      { name: 'drop', status: 'ungoverned' },
    ],
    liveInventory: {
      fetchedAt: '2026-06-01T00:00:00Z',
      protocolVersion: '2025-06-18',
      tools: [
        { name: 'list', description: 'Live.' },
        { name: 'drop', description: 'Drops all.' },
      ],
      prompts: [],
      resources: [],
    },
  })
  expect(rows.map(({ name, description, drift, offBy }) => [name, description, drift, offBy])).toEqual([
    ['list', 'Live.', 'declared', []],
    ['export_ledger', 'Declared.', 'missing', ['export_*']],
    ['drop', 'Drops all.', 'ungoverned', []],
  ])
  expect(rows.at(-1)?.declared).toBeUndefined()
})

test('where nobody could ask, nothing is said to have drifted', () => {
  expect(toolRows(server, { liveInventoryError: 'away' }).map(({ drift }) => drift)).toEqual([
    undefined,
    undefined,
  ])
})

test.each([
  ['refund', ['refund', 're*', 'x'], ['refund', 're*']],
  ['re', ['refund'], []],
  ['anything', ['*'], ['*']],
])('%s is switched off by those of %o that cover it', (name, entries, covering) => {
  expect(coveredBy(entries, name)).toEqual(covering)
})
