import { createCipheriv, createDecipheriv, hash, hkdfSync, randomBytes } from 'node:crypto'

/** One sign-in that is under way, from its start in a browser to its callback in the same one. */
export interface Flow {
  readonly state: string
  readonly nonce: string
  /** Of PKCE: only who has it can take the code for a token. */
  readonly verifier: string
  /** Where in the dashboard it leads. */
  readonly to: string
  /** Epoch milliseconds. */
  readonly until: number
}

export const flowMs = 10 * 60_000

const random = (): string => randomBytes(32).toString('base64url')

export const beginFlow = (to: string, now: number): Flow => ({
  state: random(),
  nonce: random(),
  verifier: random(),
  to,
  until: now + flowMs,
})

export const challengeOf = ({ verifier }: Flow): string => hash('sha256', verifier, 'base64url')

/** Of its cookie: each flow has its own, so that one that begins in another tab ends none. */
export const flowCookieName = (state: string, isHttps: boolean): string =>
  `${isHttps ? '__Host-' : ''}${flowCookiePrefix}${hash('sha256', state, 'base64url').slice(0, 16)}`

export const flowCookiePrefix = 'mcp_sign_in_'

export interface FlowSeal {
  readonly seal: (flow: Flow) => string
  /** Undefined where it was not sealed here, or is over. */
  readonly open: (sealed: string, now: number) => Flow | undefined
}

const [ivBytes, tagBytes] = [12, 16]

/** What a browser carries for us and neither reads nor changes. Every replica that has the secret opens it. */
export const createFlowSeal = (secret: string): FlowSeal => {
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'mcp-sentinel dashboard: sign-in under way', 32))
  return {
    seal: (flow) => {
      const iv = randomBytes(ivBytes)
      const cipher = createCipheriv('aes-256-gcm', key, iv)
      const sealed = [cipher.update(JSON.stringify(flow)), cipher.final()]
      return Buffer.concat([iv, cipher.getAuthTag(), ...sealed]).toString('base64url')
    },
    open: (sealed, now) => {
      const bytes = Buffer.from(sealed, 'base64url')
      if (bytes.length <= ivBytes + tagBytes) return undefined
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, ivBytes))
      decipher.setAuthTag(bytes.subarray(ivBytes, ivBytes + tagBytes))
      try {
        const text = [decipher.update(bytes.subarray(ivBytes + tagBytes)), decipher.final()]
        const flow = JSON.parse(Buffer.concat(text).toString()) as Flow
        return now < flow.until ? flow : undefined
      } catch {
        return undefined
      }
    },
  }
}
