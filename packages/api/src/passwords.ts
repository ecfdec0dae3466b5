import { randomBytes } from 'node:crypto'
import * as argon2 from '@node-rs/argon2'
import * as bcrypt from '@node-rs/bcrypt'
import { AccountError } from './errors.ts'

export const passwordCharsMin = 8
/** Long enough for any sentence; a longer one is not even hashed. */
export const passwordCharsMax = 256

/** Of argon2id, which is what the library takes by default: the first choice of OWASP's password storage cheat sheet. */
export const argon2Parameters = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const
const argon2Prefix = `$argon2id$v=19$m=${argon2Parameters.memoryCost},t=${argon2Parameters.timeCost},p=${argon2Parameters.parallelism}$`

/** bcrypt reads no further: a longer password would match by its beginning. */
const bcryptBytesMax = 72
const bcryptPattern = /^\$2[aby]\$(0[4-9]|1[0-4])\$[./A-Za-z0-9]{53}$/

export interface PasswordsOptions {
  /** Passwords that are worked on at a time; each takes 19 MiB and a thread of the pool that files share. */
  readonly atOnceMax?: number
  readonly waitingMax?: number
  /** The work itself. Tests hand in one that counts. */
  readonly verifyArgon2?: typeof argon2.verify
}

export type Verdict =
  | { readonly matches: false }
  /** `rehashed` is there when what is stored is older than `argon2Parameters`, and should take its place. */
  | { readonly matches: true; readonly rehashed?: string }

export interface Passwords {
  readonly hash: (password: string) => Promise<string>
  /** Nothing stored, nothing known: the same work is done, so that time does not tell. */
  readonly verify: (stored: string | undefined, password: string) => Promise<Verdict>
}

export const createPasswords = async (options: PasswordsOptions = {}): Promise<Passwords> => {
  const { atOnceMax = 2, waitingMax = 64, verifyArgon2 = argon2.verify } = options
  const bounded = createBound(atOnceMax, waitingMax)
  const ofNobody = await hashNow(randomBytes(24).toString('base64url'))

  const verifyNow = async (stored: string | undefined, password: string): Promise<Verdict> => {
    const isPossible = charsOf(password) <= passwordCharsMax
    if (isPossible && stored !== undefined && bcryptPattern.test(stored)) {
      const fits = Buffer.byteLength(password) <= bcryptBytesMax && !password.includes('\0')
      const matches = fits && (await bcrypt.verify(password, stored))
      return matches ? { matches, rehashed: await hashNow(password) } : { matches: false }
    }
    const isKnown = isPossible && stored?.startsWith('$argon2id$') === true
    const isSame = await verifyArgon2(isKnown ? stored : ofNobody, isPossible ? prepared(password) : '')
    if (!isKnown || !isSame) return { matches: false }
    return stored.startsWith(argon2Prefix)
      ? { matches: true }
      : { matches: true, rehashed: await hashNow(password) }
  }

  return {
    hash: async (password) => {
      const chars = charsOf(password)
      if (chars < passwordCharsMin)
        throw new AccountError('password_too_short', `a password has at least ${passwordCharsMin} characters`)
      if (chars > passwordCharsMax)
        throw new AccountError('password_too_long', `a password has at most ${passwordCharsMax} characters`)
      return bounded(() => hashNow(password))
    },
    verify: (stored, password) => bounded(() => verifyNow(stored, password)),
  }
}

/** As people count them, but without counting through something endless. */
const charsOf = (password: string): number =>
  password.length > 2 * passwordCharsMax ? password.length : [...password].length

/** Keyboards write the same letter in more than one way. */
const prepared = (password: string): string => password.normalize('NFC')

const hashNow = (password: string): Promise<string> => argon2.hash(prepared(password), argon2Parameters)

type Bound = <T>(work: () => Promise<T>) => Promise<T>

const createBound = (atOnceMax: number, waitingMax: number): Bound => {
  const waiting: (() => void)[] = []
  let running = 0
  return async (work) => {
    if (running >= atOnceMax) {
      if (waiting.length >= waitingMax)
        throw new AccountError('overloaded', 'too many passwords are being worked on', { retryable: true })
      // Whoever ends hands on its place, so `running` stays as it is.
      await new Promise<void>((resolve) => waiting.push(resolve))
    } else running += 1
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next === undefined) running -= 1
      else next()
    }
  }
}
