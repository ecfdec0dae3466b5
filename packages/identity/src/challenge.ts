/** `WWW-Authenticate` for a request without a token that holds (RFC 6750, RFC 9728). */
export interface Challenge {
  readonly realm: string
  readonly resourceMetadata?: string | undefined
  /** What to ask the issuer for. */
  readonly scopes?: readonly string[] | undefined
  readonly error?: 'invalid_token' | 'insufficient_scope' | undefined
}

export const challengeOf = ({ realm, resourceMetadata, scopes, error }: Challenge): string => {
  const parameters = [
    ['realm', realm],
    ['resource_metadata', resourceMetadata],
    ['scope', scopes?.length ? scopes.join(' ') : undefined],
    ['error', error],
  ]
  const given = parameters.filter(([, value]) => value !== undefined)
  return `Bearer ${given.map(([name, value]) => `${name}="${quoted(value as string)}"`).join(', ')}`
}

/** What a quoted string cannot hold, line ends above all, would let a value write headers of its own. */
const quoted = (value: string): string => value.replace(/[^\x20-\x7e]/g, '').replace(/["\\]/g, '\\$&')

/** The token of an `Authorization` header; undefined when there is none of this scheme. */
export const bearerTokenOf = (header: string | undefined): string | undefined =>
  header === undefined ? undefined : /^bearer +([^\s,]+)$/i.exec(header.trim())?.[1]
