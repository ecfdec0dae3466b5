import { describe, expect, it } from 'vitest'
import { defineConfig } from './config.ts'
import { kafkaVariables, saslFaults, saslOf } from './kafka-variables.ts'

const config = defineConfig(kafkaVariables())

describe('SASL', () => {
  it('is what its variables say together', () => {
    const settings = config.parse({
      KAFKA_SASL_MECHANISM: 'plain',
      KAFKA_USERNAME: 'anna',
      KAFKA_PASSWORD: 'not a secret',
    })
    expect(saslFaults(settings)).toEqual([])
    expect(saslOf(settings)).toEqual({ mechanism: 'plain', username: 'anna', password: 'not a secret' })
  })

  it('is not used where none of them is given', () => {
    const settings = config.parse({})
    expect(saslFaults(settings)).toEqual([])
    expect(saslOf(settings)).toBeUndefined()
  })

  it.each([{ KAFKA_USERNAME: 'anna' }, { KAFKA_SASL_MECHANISM: 'plain', KAFKA_USERNAME: 'anna' }])(
    'is a fault where some are given: %o',
    (env) => {
      const settings = config.parse(env)
      expect(saslFaults(settings).map(({ variable }) => variable)).toEqual(['KAFKA_SASL_MECHANISM'])
      expect(saslOf(settings)).toBeUndefined()
    },
  )
})
