import { z } from 'zod'
import { text } from '../fields.ts'

export const role = z.enum(['user', 'admin'], 'is neither user nor admin')

export const email = text(254).describe('An e-mail address.')
/** Whether it is long enough, the API says where one is chosen. */
export const password = text(1024)

export const user = z.object({
  id: z.string(),
  email: z.string(),
  role,
  /** Of the first team. */
  namespace: z.string().optional(),
})

export const principal = z.object({
  role,
  /** Left out for a key that belongs to no person. */
  subject: z.string().optional(),
  email: z.string().optional(),
  /** Of the first team. */
  namespace: z.string().optional(),
  allowedNamespaces: z.array(z.string()),
  teams: z.array(
    z.object({
      id: z.string(),
      slug: z.string(),
      name: z.string(),
      namespace: z.string(),
      role: z.enum(['owner', 'member']),
    }),
  ),
  /** How they were recognised. */
  auth_type: z.enum([
    'service_api_key',
    'user_api_key',
    'registry_credential',
    'platform',
    'oidc',
    'session',
  ]),
  /** What the key is narrowed to; empty: to nothing. */
  scopes: z.array(z.string()),
})
