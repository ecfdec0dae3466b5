import { ConfigError } from '@mcp-sentinel/service'
import { describe, expect, it } from 'vitest'
import { clickhouseUrl, config } from './config.ts'

const least = { KAFKA_BROKERS: 'kafka:9092', CLICKHOUSE_URL: 'http://clickhouse:8123' }
const faultsOf = (env: Readonly<Record<string, string>>): readonly string[] => {
  try {
    config.parse(env)
    return []
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return error.faults.map(({ variable, message }) => `${variable} ${message}`)
  }
}

describe('the variables', () => {
  it('are few that are needed', () => expect(faultsOf(least)).toEqual([]))

  it.each([
    [{}, ['KAFKA_BROKERS is missing', 'CLICKHOUSE_URL is missing']],
    [{ ...least, CLICKHOUSE_URL: 'tcp://clickhouse:9000' }, ['CLICKHOUSE_URL is not an http or https URL']],
    [
      { ...least, CLICKHOUSE_URL: 'http://clickhouse:9000' },
      ["CLICKHOUSE_URL names port 9000, ClickHouse's own protocol; HTTP is spoken here, on port 8123"],
    ],
    [
      { KAFKA_BROKERS: 'kafka:9092', CLICKHOUSE_ADDR: 'clickhouse:9000' },
      ["CLICKHOUSE_ADDR names port 9000, ClickHouse's own protocol; HTTP is spoken here, on port 8123"],
    ],
    [{ ...least, CLICKHOUSE_DB: 'mcp; DROP' }, ['CLICKHOUSE_DB is no plain identifier']],
    [{ ...least, BATCH_SIZE: '0' }, ['BATCH_SIZE is not a whole number from 1 to 100000']],
  ])('%o', (env, faults) => expect(faultsOf(env)).toEqual(faults))

  it('know the older name of the store', () => {
    const settings = config.parse({ KAFKA_BROKERS: 'kafka:9092', CLICKHOUSE_ADDR: 'clickhouse:8123' })
    expect(clickhouseUrl(settings)?.href).toBe('http://clickhouse:8123/')
  })

  it('take durations as older configurations write them', () => {
    expect(config.parse({ ...least, FLUSH_INTERVAL: '2s' }).FLUSH_INTERVAL).toBe(2_000)
  })
})
