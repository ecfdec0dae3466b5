import { hash, randomBytes } from 'node:crypto'
import type { Settings } from './config.ts'
import type { SessionKey } from './session-id.ts'

/** The keys that bind sessions of the protocol to their callers. Their names lead nowhere back. */
export const sessionKeysOf = ({ SESSION_ID_KEYS }: Settings): readonly [SessionKey, ...SessionKey[]] => {
  const [first, ...others] = SESSION_ID_KEYS.map((key) => keyOf(Buffer.from(key.reveal())))
  return [first ?? keyOf(randomBytes(32)), ...others]
}

const keyOf = (key: Buffer): SessionKey => ({
  kid: hash('sha256', Buffer.concat([Buffer.from('kid\n'), key]), 'base64url').slice(0, 8),
  key,
})
