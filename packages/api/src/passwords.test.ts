import * as argon2 from '@node-rs/argon2'
import * as bcrypt from '@node-rs/bcrypt'
import { describe, expect, it } from 'vitest'
import { createPasswords, passwordCharsMax } from './passwords.ts'

const passwords = await createPasswords()
const right = 'correct horse battery'

it('hashes with argon2id and the parameters that are named, each time with another salt', async () => {
  const [one, two] = await Promise.all([passwords.hash(right), passwords.hash(right)])
  expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[^$]{22}\$[^$]{43}$/)
  expect(one).not.toBe(two)
  expect(await passwords.verify(one, right)).toEqual({ matches: true })
  expect(await passwords.verify(one, `${right} `)).toEqual({ matches: false })
})

it.each([
  ['seven characters', '1234567', 'password_too_short'],
  ['seven characters of two units each', '😀'.repeat(7), 'password_too_short'],
  ['one more than the most', 'x'.repeat(passwordCharsMax + 1), 'password_too_long'],
  ['a megabyte', 'x'.repeat(1024 * 1024), 'password_too_long'],
])('hashes no password of %s', async (_, password, code) => {
  await expect(passwords.hash(password)).rejects.toMatchObject({ name: 'AccountError', code })
})

it.each([8, passwordCharsMax])('takes %i characters', async (chars) => {
  const password = '😀'.repeat(chars)
  expect(await passwords.verify(await passwords.hash(password), password)).toEqual({ matches: true })
})

it('takes a letter for the same however a keyboard writes it', async () => {
  const stored = await passwords.hash('caf\u00e9 au lait')
  expect(await passwords.verify(stored, 'cafe\u0301 au lait')).toEqual({ matches: true })
})

describe('what is stored in an older way', () => {
  it('is accepted when it is bcrypt, and comes back as argon2id', async () => {
    const stored = await bcrypt.hash(right, { cost: 4 })
    expect(await passwords.verify(stored, 'wrong horse battery')).toEqual({ matches: false })
    const verdict = await passwords.verify(stored, right)
    expect(verdict).toEqual({ matches: true, rehashed: expect.stringMatching(/^\$argon2id\$/) })
    const rehashed = 'rehashed' in verdict ? verdict.rehashed : undefined
    expect(await passwords.verify(rehashed, right)).toEqual({ matches: true })
  })

  it('accepts what the Go implementation stored', async () => {
    const stored = await bcrypt.hash(right, { cost: 4, version: '2a' })
    expect(stored).toMatch(/^\$2a\$04\$/)
    expect(await passwords.verify(stored, right)).toMatchObject({ matches: true })
  })

  it('comes back with the parameters of today when they were weaker', async () => {
    const stored = await argon2.hash(right, { memoryCost: 8192, timeCost: 1, parallelism: 1 })
    expect(await passwords.verify(stored, right)).toEqual({
      matches: true,
      rehashed: expect.stringMatching(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/),
    })
  })
})

describe('nobody gets in', () => {
  const long = 'x'.repeat(72)
  it.each([
    ['to an account that is not there', async () => undefined, right],
    ['by an empty password to one that is not there', async () => undefined, ''],
    ['by a password of a megabyte', () => argon2.hash(''), 'x'.repeat(1024 * 1024)],
    ['by the beginning of what bcrypt reads', () => bcrypt.hash(long, { cost: 4 }), `${long}anything`],
    ['by what bcrypt takes for the end', () => bcrypt.hash('password', { cost: 4 }), 'password\0anything'],
    ['by a bcrypt hash that would take minutes', async () => `$2b$31$${'a'.repeat(53)}`, right],
    ['by text that is stored as it is', async () => right, right],
    ['by an empty hash', async () => '', ''],
    ['by argon2i', () => argon2.hash(right, { algorithm: 1 }), right],
  ])('%s', async (_, stored, password) => {
    expect(await passwords.verify(await stored(), password)).toEqual({ matches: false })
  })

  it('does the work of a known account for an unknown one', async () => {
    const worked: string[] = []
    const counting = await createPasswords({
      verifyArgon2: async (hash, ...rest) => {
        worked.push(String(hash).slice(0, prefix.length))
        return argon2.verify(hash, ...rest)
      },
    })
    const stored = await passwords.hash(right)
    const prefix = stored.slice(0, stored.indexOf('p=1') + 3)
    await counting.verify(stored, 'wrong horse battery')
    expect(worked).toEqual([prefix])
    // One verification of the same parameters, whatever is not there or too long to be anybody's.
    await counting.verify(undefined, 'wrong horse battery')
    await counting.verify(stored, 'x'.repeat(passwordCharsMax + 1))
    expect(worked).toEqual([prefix, prefix, prefix])
  })
})

it('refuses what would wait behind too many, and goes on', async () => {
  const few = await createPasswords({ atOnceMax: 1, waitingMax: 1 })
  const asked = await Promise.allSettled([1, 2, 3].map(() => few.hash(right)))
  expect(asked.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected'])
  expect(asked[2]).toMatchObject({ reason: { code: 'overloaded', retryable: true } })
  expect(await few.hash(right)).toMatch(/^\$argon2id\$/)
})
