import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { exception } from './exception.ts'

/** The users of the interface; their names are those of the roles that the engine gives them. */
export type User = 'writer' | 'reader'
export type Passwords = Readonly<Record<User, string>>

/** Who presents these credentials. Throws as the server does, alike for a name and for a password that is wrong. */
export const createAuthentication = (passwords: Passwords) => {
  const digests = { writer: digest(passwords.writer), reader: digest(passwords.reader) }

  return (headers: IncomingHttpHeaders, search: URLSearchParams): User => {
    const { name, password } = credentialsOf(headers, search)
    const presented = digest(password)
    // Both are compared, whoever it claims to be: the time taken says nothing about which names exist.
    const isWriter = timingSafeEqual(presented, digests.writer)
    const isReader = timingSafeEqual(presented, digests.reader)
    if (name === 'writer' && isWriter) return 'writer'
    if (name === 'reader' && isReader) return 'reader'
    throw exception(516, `${name}: Authentication failed: password is incorrect, or there is no such user.`)
  }
}

const digest = (password: string): Buffer => createHash('sha256').update(password).digest()

interface Credentials {
  readonly name: string
  readonly password: string
}

const credentialsOf = (headers: IncomingHttpHeaders, search: URLSearchParams): Credentials => {
  const [, encoded] = /^basic +(\S+)$/i.exec(headers.authorization ?? '') ?? []
  if (encoded !== undefined) {
    const decoded = Buffer.from(encoded, 'base64').toString()
    const colon = decoded.indexOf(':')
    return colon < 0
      ? { name: decoded, password: '' }
      : { name: decoded.slice(0, colon), password: decoded.slice(colon + 1) }
  }
  return {
    name: String(headers['x-clickhouse-user'] ?? search.get('user') ?? 'default'),
    password: String(headers['x-clickhouse-key'] ?? search.get('password') ?? ''),
  }
}
