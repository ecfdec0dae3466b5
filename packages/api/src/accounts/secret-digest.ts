import { hash } from 'node:crypto'

/** What is stored of a secret of 32 random bytes: nobody guesses those, so that one round is enough. */
export const digestOf = (secret: string): string => hash('sha256', secret, 'hex')

/** Longer than any secret of ours: what is longer is not even hashed. */
export const secretCharsMax = 128
