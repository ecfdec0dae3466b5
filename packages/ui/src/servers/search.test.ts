import { expect, test } from 'vitest'
import { isServerMeant } from './search.ts'
import type { Server } from './use-servers.ts'

const server = {
  name: 'payments',
  namespace: 'mcp-team-red',
  description: 'Invoices.',
  tools: [{ name: 'refund_invoice', description: 'Pays back.' }],
} as unknown as Server

test.each([
  ['', true],
  ['PAY', true],
  ['red refund', true],
  ['pays back', true],
  ['payments ledger', false],
])('"%s" means it: %s', (search, meant) => {
  expect(isServerMeant(server, search)).toBe(meant)
})
