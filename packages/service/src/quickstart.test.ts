import { expect, test } from 'vitest'
import { closedAll, config, settings } from './quickstart.examples.ts'

test('the examples of the README say what the README says', () => {
  expect(settings).toMatchObject({ PORT: 8081, KAFKA_BROKERS: ['a:9092', 'b:9092'], FLUSH_INTERVAL: 250 })
  expect(String(settings.INGEST_API_KEYS[0])).toBe('[secret]')
  expect(closedAll).toBe(true)
  expect(() => config.parse({ PORT: 'x' })).toThrow('KAFKA_BROKERS: is missing')
})
