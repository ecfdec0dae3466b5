import { hash, timingSafeEqual } from 'node:crypto'
import { type Authentication, proven, rejected } from './principal.ts'

/** Keys that are accepted at a time; each look-up compares with all of them. */
export const apiKeysMax = 1000
/** Characters of a key that is presented; a longer one is not even hashed. */
export const apiKeyCharsMax = 1024
/** A key that could be guessed is none. */
export const apiKeyCharsMin = 16

export interface ApiKeys {
  readonly authenticate: (presented: string | undefined) => Authentication
}

const digest = (text: string): Buffer => hash('sha256', text, 'buffer')

/** Names a key in records: what is derived from it, and leads nowhere back. */
export const keyIdOf = (key: string): string =>
  `key-${hash('sha256', `mcp-sentinel key id\n${key}`, 'hex').slice(0, 12)}`

/** Every look-up takes the same steps, whichever key is presented: digests of one length, each compared to its end. */
export const createApiKeys = (keys: readonly string[]): ApiKeys => {
  if (keys.length > apiKeysMax) throw new RangeError(`more than ${apiKeysMax} API keys`)
  const weak = keys.findIndex((key) => key.length < apiKeyCharsMin || key.length > apiKeyCharsMax)
  if (weak >= 0)
    throw new RangeError(`API key ${weak + 1} has not ${apiKeyCharsMin} to ${apiKeyCharsMax} characters`)
  const known = keys.map((key) => ({ digest: digest(key), keyId: keyIdOf(key) }))

  return {
    authenticate: (presented) => {
      if (!presented) return rejected('missing_credential', 'no API key was presented')
      if (presented.length > apiKeyCharsMax) return rejected('invalid_credential', 'the API key is not known')
      const given = digest(presented)
      let found: string | undefined
      for (const one of known) if (timingSafeEqual(one.digest, given)) found = one.keyId
      return found === undefined
        ? rejected('invalid_credential', 'the API key is not known')
        : proven({ kind: 'api-key', keyId: found })
    },
  }
}
