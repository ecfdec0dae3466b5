import { bearerTokenOf } from '@mcp-sentinel/identity'
import type { Exchange } from '../exchange.ts'

export type Presented =
  | { readonly kind: 'token'; readonly token: string }
  /** Nothing was presented, which is no attempt. */
  | { readonly kind: 'none' }
  /** What was presented cannot be a token, or nobody can say which. */
  | { readonly kind: 'unclear' }

const usual = 'Bearer '
const none: Presented = { kind: 'none' }
const unclear: Presented = { kind: 'unclear' }

/** The token that a request carries in a header, which `Authorization` calls `Bearer` and others need not. */
export const presentedToken = (exchange: Exchange, header: string): Presented => {
  const { query } = exchange
  if (query !== undefined && query !== '' && new URLSearchParams(query).has('access_token')) return unclear
  const value = exchange.header(header)?.trim()
  if (value === undefined || value === '') return none
  // No token has a comma; with one there were two headers, and servers differ on which of them counts.
  if (value.includes(',')) return unclear
  // As nearly all clients write it: what is no token for other reasons is no signed one either.
  if (value.startsWith(usual) && !value.includes(' ', usual.length))
    return { kind: 'token', token: value.slice(usual.length) }
  const token = bearerTokenOf(value)
  if (token !== undefined) return { kind: 'token', token }
  const isBearer = /^bearer(\s|$)/i.test(value)
  if (header === 'authorization') return isBearer && value.length > 'bearer'.length ? unclear : none
  return isBearer || /\s/.test(value) ? unclear : { kind: 'token', token: value }
}
