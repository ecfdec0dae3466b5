import { expect, test, vi } from 'vitest'
import { agentOf, documentFor, policySourceContract } from './contract-tests/policy-source.ts'
import { heldPolicy } from './held-policy.ts'

policySourceContract('held', async (document) => {
  const source = heldPolicy(document)
  return { source, dispose: source.close }
})

test('another policy is in force at once, and listeners are told', () => {
  const policy = heldPolicy(documentFor('first'))
  const told = vi.fn()
  const stop = policy.onChange(told)
  policy.set(documentFor('second'))
  expect([agentOf(policy), told.mock.calls.length]).toEqual(['second', 1])
  stop()
  policy.set(undefined)
  expect([policy.current(), told.mock.calls.length]).toEqual([undefined, 1])
  expect(policy.status()).toEqual({ revision: '', loadedAt: undefined, lastError: undefined })
})

test('without one there is none, and a closed source stays as it is', async () => {
  const policy = heldPolicy()
  expect(policy.current()).toBeUndefined()
  policy.set(documentFor('first'))
  await policy.close()
  policy.set(documentFor('second'))
  expect(agentOf(policy)).toBe('first')
})
