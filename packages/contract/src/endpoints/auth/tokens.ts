import { z } from 'zod'
import { endpoint } from '../../endpoint.ts'
import { text } from '../../fields.ts'
import { email, password, role, user } from '../person.ts'

const tokens = z.object({
  access_token: z.string(),
  token_type: z.literal('bearer'),
  /** Seconds. */
  expires_in: z.int(),
  /** Gives the next tokens, once. */
  refresh_token: z.string(),
  user,
})

const bodyBytesMax = 4 * 1024

export const signup = endpoint({
  method: 'POST',
  path: '/auth/signup',
  summary: 'Makes an account and logs in to it; that of an administrator only for one.',
  access: 'open',
  body: z.strictObject({ email, password, role: role.optional() }),
  bodyBytesMax,
  status: 201,
  response: tokens,
  errors: ['email_taken', 'signup_closed', 'too_many_requests', 'overloaded'],
})

export const login = endpoint({
  method: 'POST',
  path: '/auth/login',
  summary: 'Takes an e-mail address and its password for tokens.',
  access: 'open',
  body: z.strictObject({ email, password }),
  bodyBytesMax,
  response: tokens,
  errors: ['credentials_invalid', 'too_many_requests', 'overloaded'],
})

export const oidc = endpoint({
  method: 'POST',
  path: '/auth/oidc',
  summary: 'Takes an ID token of the identity provider for tokens.',
  access: 'open',
  body: z.strictObject({ id_token: text(8 * 1024) }),
  bodyBytesMax: 12 * 1024,
  response: tokens,
  errors: ['credentials_invalid', 'email_unverified'],
})

export const refresh = endpoint({
  method: 'POST',
  path: '/auth/refresh',
  summary: 'Takes a refresh token for the next tokens. One that comes twice ends its whole login.',
  access: 'open',
  body: z.strictObject({ refresh_token: text(128) }),
  bodyBytesMax,
  response: tokens,
  errors: ['refresh_invalid', 'refresh_replayed'],
})
