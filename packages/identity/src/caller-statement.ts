import { type KeyObject, sign } from 'node:crypto'
import type { AssertedCaller } from './principal.ts'

/** Tells these statements from all others that the same key may sign: nobody takes one for an adapter's. */
const typ = 'mcp-caller+jwt'
/** A statement is given again for half of its life, and the server has the other half to read it. */
const lifeMs = 60_000
const keptMax = 10_000

export interface CallerStatementsOptions {
  readonly signer: { readonly kid: string; readonly privateKey: KeyObject; readonly issuer: string }
  /** The server that is told. */
  readonly audience: string
  /** Epoch milliseconds. */
  readonly clock: () => number
}

/** What is known of a caller. */
type StatedCaller = { readonly [K in keyof AssertedCaller]?: AssertedCaller[K] | undefined }

/**
 * Says to a server who calls it, signed by who has found it out: a JWT of a minute, EdDSA, with `human`, `agent`, `team`
 * and `session` as far as they are known.
 */
export const createCallerStatements = (
  options: CallerStatementsOptions,
): ((caller: StatedCaller) => string) => {
  const { signer, audience, clock } = options
  const head = part({ alg: 'EdDSA', kid: signer.kid, typ })
  const kept = new Map<string, { readonly statement: string; readonly until: number }>()

  return ({ human, agent, team, session }) => {
    const now = clock()
    const who = JSON.stringify([human, agent, team, session])
    const known = kept.get(who)
    if (known !== undefined && now < known.until) return known.statement
    const iat = Math.floor(now / 1000)
    const claims = {
      iss: signer.issuer,
      aud: audience,
      iat,
      exp: iat + lifeMs / 1000,
      human,
      agent,
      team,
      session,
    }
    const text = `${head}.${part(claims)}`
    const statement = `${text}.${sign(null, Buffer.from(text), signer.privateKey).toString('base64url')}`
    kept.delete(who)
    if (kept.size >= keptMax) kept.delete(kept.keys().next().value as string)
    kept.set(who, { statement, until: now + lifeMs / 2 })
    return statement
  }
}

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
