import { createPrivateKey, createPublicKey, hash, type KeyObject } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createCallerStatements } from '@mcp-sentinel/identity'
import type { Caller } from '@mcp-sentinel/policy'
import { ConfigError } from '@mcp-sentinel/service'
import type { Settings } from './config.ts'

/** What tells the server who calls; undefined where no key to sign it with is named. */
export const openStatements = async (
  settings: Settings,
): Promise<((caller: Caller) => string) | undefined> => {
  const { UPSTREAM_IDENTITY_KEY_FILE: path, MCP_SERVER_NAMESPACE, MCP_SERVER_NAME } = settings
  if (path === undefined) return undefined
  const privateKey = await readKey(path)
  const spki = createPublicKey(privateKey).export({ type: 'spki', format: 'der' })
  return createCallerStatements({
    signer: { kid: hash('sha256', spki, 'base64url').slice(0, 16), privateKey, issuer: 'mcp-gateway' },
    audience: `${MCP_SERVER_NAMESPACE}/${MCP_SERVER_NAME}`,
    clock: Date.now,
  })
}

const readKey = async (path: string): Promise<KeyObject> => {
  try {
    const key = createPrivateKey(await readFile(path))
    if (key.asymmetricKeyType === 'ed25519') return key
  } catch {
    // Neither what is in the file nor why it cannot be read is for a log.
  }
  const message = 'cannot be read as an Ed25519 private key'
  throw new ConfigError([{ variable: 'UPSTREAM_IDENTITY_KEY_FILE', message }])
}
