import { hash, randomBytes, timingSafeEqual } from 'node:crypto'
import { canonicalJson } from './canonical-json.ts'
import type { Disclosure } from './envelope.ts'

/** Bytes of salt: without it a digest of a short value could be guessed. */
const saltBytes = 16

/** What stands in the payload for a value: it proves the value while the disclosure is kept, and tells nothing after. */
export const commitmentOf = ({ salt, value }: Pick<Disclosure, 'salt' | 'value'>): string =>
  `sha256:${hash('sha256', `${salt}\n${canonicalJson(value)}`, 'hex')}`

export const disclose = (pointer: string, value: unknown): Disclosure => ({
  pointer,
  salt: randomBytes(saltBytes).toString('base64url'),
  value,
})

/** Is this the value that the event was committed to? */
export const provesCommitment = (disclosure: Disclosure, commitment: string): boolean => {
  const [given, expected] = [Buffer.from(commitmentOf(disclosure)), Buffer.from(commitment)]
  return given.length === expected.length && timingSafeEqual(given, expected)
}
