import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  hash,
  hkdfSync,
  type KeyObject,
} from 'node:crypto'
import type { Signer } from '@mcp-sentinel/identity'

/** Who tokens of the API say that they come from. */
const issuer = 'mcp-sentinel'
/** RFC 8410: what stands before the 32 bytes of an Ed25519 key in PKCS #8. */
const ed25519Head = Buffer.from('302e020100300506032b657004220420', 'hex')

/** An Ed25519 key from a PEM file; undefined for what is none. */
export const signerFromPem = (pem: string): Signer | undefined => {
  try {
    const key = createPrivateKey(pem)
    return key.asymmetricKeyType === 'ed25519' ? signerOf(key) : undefined
  } catch {
    return undefined
  }
}

/**
 * The same key wherever the same secret is: replicas share it, and yet nobody who could verify a token could make one,
 * as with a secret that signs by itself.
 */
export const signerFromSecret = (secret: string): Signer => {
  const seed = Buffer.from(hkdfSync('sha256', secret, '', 'mcp-sentinel platform tokens', 32))
  const key = Buffer.concat([ed25519Head, seed])
  return signerOf(createPrivateKey({ key, format: 'der', type: 'pkcs8' }))
}

/** Of this process, for as long as it runs. */
export const newSigner = (): Signer => signerOf(generateKeyPairSync('ed25519').privateKey)

const signerOf = (privateKey: KeyObject): Signer => {
  const publicKey = createPublicKey(privateKey).export({ format: 'der', type: 'spki' })
  return { kid: hash('sha256', publicKey, 'hex').slice(0, 16), privateKey, issuer }
}
