import { describe } from 'vitest'
import { eventStoreContract } from '../contract-tests/event-store.ts'

const url = process.env['CLICKHOUSE_URL'] ?? ''

// No package manager brings a ClickHouse server; who has one says where it is.
describe.runIf(url)('with a ClickHouse server', () => {
  eventStoreContract('events in ClickHouse', async () => ({ url, close: async () => {} }))
})
