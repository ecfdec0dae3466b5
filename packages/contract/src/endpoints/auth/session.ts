import { z } from 'zod'
import { endpoint } from '../../endpoint.ts'
import { text } from '../../fields.ts'
import { email, password, principal } from '../person.ts'

const told = z.object({
  authenticated: z.literal(true),
  sharedCatalogNamespace: z.string(),
  principal,
})

export const me = endpoint({
  method: 'GET',
  path: '/auth/me',
  summary: 'Who the credential that is presented belongs to.',
  access: 'signed-in',
  response: told,
})

export const startSession = endpoint({
  method: 'POST',
  path: '/auth/session',
  summary: 'Begins the session of a browser, which is given a cookie that no script can read.',
  access: 'open',
  body: z.union(
    [
      z.strictObject({ email, password }),
      z.strictObject({ id_token: text(8 * 1024) }),
      z.strictObject({ api_key: text(1024) }),
    ],
    'is none of: email and password, id_token, api_key',
  ),
  bodyBytesMax: 12 * 1024,
  status: 201,
  response: told.extend({ expires_at: z.iso.datetime() }),
  errors: ['credentials_invalid', 'email_unverified', 'too_many_requests', 'overloaded'],
})

export const logout = endpoint({
  method: 'POST',
  path: '/auth/logout',
  summary: 'Ends the session, or the login that the token came from, or all that the person has.',
  access: 'open',
  body: z
    .strictObject({ refresh_token: text(128).optional(), everywhere: z.boolean().optional() })
    .optional(),
  bodyBytesMax: 4 * 1024,
  status: 204,
})

export const changePassword = endpoint({
  method: 'POST',
  path: '/auth/password',
  summary: 'Sets another password, which ends all that the old one opened but this session.',
  access: 'person',
  body: z.strictObject({ current_password: password, password }),
  bodyBytesMax: 4 * 1024,
  status: 204,
  errors: ['credentials_invalid', 'too_many_requests', 'overloaded'],
})
