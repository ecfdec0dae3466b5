import { z } from 'zod'
import { endpoint } from '../endpoint.ts'
import { rowLimit, text } from '../fields.ts'
import { email, password, role, user } from './person.ts'

const params = z.strictObject({ id: text(64) })

const create = endpoint({
  method: 'POST',
  path: '/users',
  summary: 'Makes a user who logs in by password.',
  access: 'admin',
  body: z.strictObject({ email, password, role: role.optional() }),
  bodyBytesMax: 4 * 1024,
  status: 201,
  response: z.object({ user }),
  errors: ['email_taken', 'overloaded'],
})

const list = endpoint({
  method: 'GET',
  path: '/users',
  summary: 'Users by their e-mail address.',
  access: 'admin',
  query: z.strictObject({
    limit: rowLimit(200, 50),
    after: text(254).optional().describe('The e-mail address at which the page before ended.'),
  }),
  response: z.object({
    users: z.array(user.extend({ created_at: z.iso.datetime() })),
    /** `after` of the next page; left out at the end. */
    next: z.string().optional(),
  }),
})

const change = endpoint({
  method: 'PATCH',
  path: '/users/{id}',
  summary: 'Gives a user another role, or another password, which ends all that the old one opened.',
  access: 'admin',
  params,
  body: z
    .strictObject({ role: role.optional(), password: password.optional() })
    .refine((body) => body.role !== undefined || body.password !== undefined, 'changes nothing'),
  bodyBytesMax: 4 * 1024,
  response: z.object({ user }),
  errors: ['not_found', 'last_admin', 'overloaded'],
})

const remove = endpoint({
  method: 'DELETE',
  path: '/users/{id}',
  summary: 'Removes a user, with their keys, sessions and memberships.',
  access: 'admin',
  params,
  status: 204,
  errors: ['not_found', 'last_admin'],
})

export const users = { create, list, change, remove }
