import { expect, test } from 'vitest'
import { apiKeyCharsMax, apiKeysMax, createApiKeys, keyIdOf } from './api-keys.ts'

const keys = ['first-key-of-sixteen', 'second-key-of-sixteen']

test('a known key is proven under a name that does not give it away', () => {
  const found = createApiKeys(keys).authenticate(keys[1])
  expect(found).toEqual({ ok: true, principal: { kind: 'api-key', keyId: keyIdOf('second-key-of-sixteen') } })
  expect(JSON.stringify(found)).not.toContain('second')
})

test.each([
  ['nothing', undefined, 'missing_credential'],
  ['an empty one', '', 'missing_credential'],
  ['another', 'third-key-of-sixteen', 'invalid_credential'],
  ['a prefix', 'first-key-of-sixtee', 'invalid_credential'],
  ['one in capitals', 'FIRST-KEY-OF-SIXTEEN', 'invalid_credential'],
  ['one without end', 'x'.repeat(apiKeyCharsMax + 1), 'invalid_credential'],
])('%s is not', (_, presented, code) => {
  expect(createApiKeys(keys).authenticate(presented)).toMatchObject({ ok: false, code })
})

test('without keys nobody is proven', () => {
  expect(createApiKeys([]).authenticate('first-key-of-sixteen').ok).toBe(false)
})

test('keys that could be guessed, and too many of them, are refused by position and not by value', () => {
  expect(() => createApiKeys([...keys, 'secret'])).toThrow('API key 3 has not 16 to 1024 characters')
  expect(() => createApiKeys(Array(apiKeysMax + 1).fill(keys[0]))).toThrow(`more than ${apiKeysMax} API keys`)
})
