import { expect, test } from 'vitest'
import { eventErrorOf } from './kafka-errors.ts'

const fault = (name: string, more: object = {}): Error =>
  Object.assign(new Error('any text'), { name, ...more })
const protocol = (type: string): Error => fault('KafkaJSProtocolError', { type })
const givenUp = (cause: Error): Error => fault('KafkaJSNumberOfRetriesExceeded', { cause })

test.each([
  [protocol('ILLEGAL_GENERATION'), 'claim_lost', false],
  [givenUp(protocol('UNKNOWN_MEMBER_ID')), 'claim_lost', false],
  [fault('KafkaJSNonRetriableError', { cause: protocol('REBALANCE_IN_PROGRESS') }), 'claim_lost', false],
  [protocol('MESSAGE_TOO_LARGE'), 'too_large', false],
  [protocol('TOPIC_AUTHORIZATION_FAILED'), 'log_unavailable', false],
  [fault('KafkaJSSASLAuthenticationError'), 'log_unavailable', false],
  [protocol('INVALID_TIMESTAMP'), 'log_unavailable', false],
  [protocol('INVALID_PRODUCER_EPOCH'), 'log_unavailable', true],
  [protocol('NOT_ENOUGH_REPLICAS'), 'log_unavailable', true],
  [givenUp(fault('KafkaJSConnectionError', { code: 'ECONNREFUSED' })), 'log_unavailable', true],
  [fault('TypeError'), 'log_unavailable', false],
])('%o is %s, retryable: %s', (error, code, retryable) => {
  expect(eventErrorOf(error, 'append')).toMatchObject({ code, retryable, cause: error })
})
