import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import {
  ConfigError,
  defineConfig,
  durationMs,
  flag,
  httpUrl,
  integer,
  list,
  port,
  secrets,
} from './config.ts'

const config = defineConfig({
  PORT: port().default(8081).describe('main listener'),
  KAFKA_BROKERS: list().describe('comma list'),
  FLUSH_INTERVAL: durationMs(10, 60_000).default(250).describe('longest wait of a row'),
  API_KEYS: secrets().default([]).meta({ description: 'who may post', secret: true }),
  CLICKHOUSE_URL: httpUrl().optional().describe('where the store is'),
  INGEST_ALLOW_ANONYMOUS: flag().default(false).describe('take events from anybody'),
  LOG_LEVEL: z.enum(['info', 'debug'], 'is neither info nor debug').default('info'),
})

describe('an environment', () => {
  test('becomes typed values, once', () => {
    const values = config.parse({
      KAFKA_BROKERS: ' a:9092, b:9092,',
      PORT: '9',
      FLUSH_INTERVAL: '2s',
      CLICKHOUSE_URL: 'http://ch:8123',
      INGEST_ALLOW_ANONYMOUS: 'true',
      UNRELATED: 'x',
    })
    expect(values).toMatchObject({
      PORT: 9,
      KAFKA_BROKERS: ['a:9092', 'b:9092'],
      FLUSH_INTERVAL: 2000,
      INGEST_ALLOW_ANONYMOUS: true,
      LOG_LEVEL: 'info',
    })
    expect(values.CLICKHOUSE_URL?.port).toBe('8123')
    expect(values).not.toHaveProperty('UNRELATED')
  })

  test('that leaves a variable empty has not set it', () => {
    expect(config.parse({ KAFKA_BROKERS: 'a', PORT: '' }).PORT).toBe(8081)
  })

  test('is told all its faults at once, and none of its values', () => {
    const env = {
      PORT: '70000',
      FLUSH_INTERVAL: 's3cr3t',
      CLICKHOUSE_URL: 'ch:9000',
      INGEST_ALLOW_ANONYMOUS: 'yes',
      LOG_LEVEL: 'loud',
    }
    const told = () => config.parse(env)
    expect(told).toThrow(ConfigError)
    expect(told).toThrow(
      [
        'The configuration cannot be used:',
        '  PORT: is not a whole number from 0 to 65535',
        '  KAFKA_BROKERS: is missing',
        '  FLUSH_INTERVAL: is not a duration such as 250ms, 2s, 5m, from 10 ms to 60000 ms',
        '  CLICKHOUSE_URL: is not an http or https URL',
        '  INGEST_ALLOW_ANONYMOUS: is neither true nor false',
        '  LOG_LEVEL: is neither info nor debug',
      ].join('\n'),
    )
  })

  test.each(['1.5', '1e3', '0x10', ' 1', '99999999999999999999', '-1'])('a port of %s is none', (PORT) => {
    expect(() => config.parse({ KAFKA_BROKERS: 'a', PORT })).toThrow('PORT: is not a whole number')
  })

  test.each([
    ['1', false],
    ['9ms', false],
    ['10ms', true],
    ['1m', true],
    ['61s', false],
    ['2 s', false],
    ['-1s', false],
  ])('a duration of %s: %s', (FLUSH_INTERVAL, holds) => {
    const parse = () => config.parse({ KAFKA_BROKERS: 'a', FLUSH_INTERVAL })
    if (holds) expect(parse).not.toThrow()
    else expect(parse).toThrow('FLUSH_INTERVAL')
  })

  test('whole numbers keep their bounds', () => {
    const one = defineConfig({ N: integer(1, 5) })
    expect([one.parse({ N: '1' }).N, one.parse({ N: '5' }).N]).toEqual([1, 5])
    expect(() => one.parse({ N: '6' })).toThrow('N: is not a whole number from 1 to 5')
  })
})

test('secrets are used and never shown', () => {
  const { API_KEYS } = config.parse({ KAFKA_BROKERS: 'a', API_KEYS: 'hush-1,hush-2' })
  expect(API_KEYS.map(({ reveal }) => reveal())).toEqual(['hush-1', 'hush-2'])
  const shown = [
    JSON.stringify(API_KEYS),
    inspect(API_KEYS, { depth: 9 }),
    `${API_KEYS}`,
    String(API_KEYS[0]),
  ]
  for (const text of shown) expect(text).not.toContain('hush')
})

test('a README can tell each variable', () => {
  expect(config.variables).toEqual([
    { name: 'PORT', about: 'main listener', fallback: '8081', required: false, secret: false },
    { name: 'KAFKA_BROKERS', about: 'comma list', fallback: undefined, required: true, secret: false },
    {
      name: 'FLUSH_INTERVAL',
      about: 'longest wait of a row',
      fallback: '250',
      required: false,
      secret: false,
    },
    { name: 'API_KEYS', about: 'who may post', fallback: '', required: false, secret: true },
    {
      name: 'CLICKHOUSE_URL',
      about: 'where the store is',
      fallback: undefined,
      required: false,
      secret: false,
    },
    {
      name: 'INGEST_ALLOW_ANONYMOUS',
      about: 'take events from anybody',
      fallback: 'false',
      required: false,
      secret: false,
    },
    { name: 'LOG_LEVEL', about: '', fallback: 'info', required: false, secret: false },
  ])
})
