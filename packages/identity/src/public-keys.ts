import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto'

/** The public keys of a JWKS by their `kid`; undefined for what is none, or has a key without a `kid`. */
export const parsePublicKeys = (text: string): ReadonlyMap<string, KeyObject> | undefined => {
  try {
    const { keys } = JSON.parse(text) as { readonly keys: readonly JsonWebKey[] }
    const byKid = new Map(keys.map((key) => [kidOf(key), createPublicKey({ key, format: 'jwk' })]))
    return byKid.size === keys.length && byKid.size > 0 ? byKid : undefined
  } catch {
    return undefined
  }
}

const kidOf = ({ kid }: JsonWebKey & { readonly kid?: unknown }): string => {
  if (typeof kid !== 'string' || kid === '') throw new TypeError('a key has no kid')
  return kid
}
