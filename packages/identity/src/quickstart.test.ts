import { expect, test } from 'vitest'
import { bearer, known, unknown } from './quickstart.examples.ts'

test('the examples of the README say what the README says', () => {
  expect(known).toMatchObject({
    ok: true,
    principal: { kind: 'api-key', keyId: expect.stringMatching(/^key-/) },
  })
  expect(unknown).toMatchObject({ ok: false, code: 'invalid_credential' })
  expect(bearer).toMatchObject({ principal: { kind: 'server', binding: { server: 'payments' } } })
})
