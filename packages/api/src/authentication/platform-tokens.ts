import { createPublicKey, sign } from 'node:crypto'
import { createBearer, type Signer } from '@mcp-sentinel/identity'

export const platformTokenS = 15 * 60

/** They name the login that they came from and nothing else: who that is, and what they may, is looked up at each use. */
export interface PlatformTokens {
  readonly mint: (userId: string, login: string) => string
  /** The login. Undefined for what is none of ours, or at its end. */
  readonly verify: (token: string) => Promise<string | undefined>
}

export interface PlatformTokensOptions {
  readonly signer: Signer
  /** Epoch milliseconds. */
  readonly clock: () => number
}

const audience = 'platform'
/** Tells them from all else that the same key may sign. */
const typ = 'mcp-platform+jwt'

export const createPlatformTokens = ({ signer, clock }: PlatformTokensOptions): PlatformTokens => {
  const { kid, privateKey, issuer } = signer
  const publicKey = createPublicKey(privateKey)
  const head = part({ alg: 'EdDSA', kid, typ })
  const bearer = createBearer({
    keys: () => publicKey,
    audience,
    issuer,
    typ,
    ageMaxS: platformTokenS,
    clockToleranceS: 0,
    clock,
  })

  return {
    mint: (userId, login) => {
      const iat = Math.floor(clock() / 1000)
      const claims = { iss: issuer, aud: audience, sub: userId, sid: login, iat, exp: iat + platformTokenS }
      const text = `${head}.${part(claims)}`
      return `${text}.${sign(null, Buffer.from(text), privateKey).toString('base64url')}`
    },
    verify: async (token) => {
      const authentication = await bearer.authenticate(token)
      return authentication.ok && authentication.principal.kind === 'bearer'
        ? String(authentication.principal.claims['sid'])
        : undefined
    },
  }
}

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
