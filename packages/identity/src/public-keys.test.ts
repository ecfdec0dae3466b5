import { generateKeyPairSync } from 'node:crypto'
import { expect, test } from 'vitest'
import { parsePublicKeys } from './public-keys.ts'

const { publicKey } = generateKeyPairSync('ed25519')
const jwk = publicKey.export({ format: 'jwk' })

test('keys are found by their kid', () => {
  const keys = parsePublicKeys(JSON.stringify({ keys: [{ ...jwk, kid: 'a' }] }))
  expect(keys?.get('a')?.equals(publicKey)).toBe(true)
})

test.each<[string, unknown]>([
  ['no JSON', '{'],
  ['no keys', '{"keys":[]}'],
  ['not a JWKS', '[]'],
  ['a key without a kid', { keys: [jwk] }],
  [
    'a kid twice',
    {
      keys: [
        { ...jwk, kid: 'a' },
        { ...jwk, kid: 'a' },
      ],
    },
  ],
  ['a shared secret', { keys: [{ kty: 'oct', k: 'c2VjcmV0', kid: 'a' }] }],
])('%s is no set of public keys', (_, given) => {
  expect(parsePublicKeys(typeof given === 'string' ? given : JSON.stringify(given))).toBeUndefined()
})
