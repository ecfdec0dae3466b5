import { z } from 'zod'
import { endpoint } from '../endpoint.ts'

const role = z.enum(['user', 'admin'])

const team = z.object({
  id: z.string(),
  slug: z.string(),
  name: z.string(),
  namespace: z.string(),
  role: z.enum(['owner', 'member']),
})

const me = endpoint({
  method: 'GET',
  path: '/auth/me',
  summary: 'Who the credential that is presented belongs to.',
  access: 'signed-in',
  response: z.object({
    authenticated: z.literal(true),
    sharedCatalogNamespace: z.string(),
    principal: z.object({
      role,
      /** Left out for a key that belongs to no person. */
      subject: z.string().optional(),
      email: z.string().optional(),
      /** Of the first team. */
      namespace: z.string().optional(),
      allowedNamespaces: z.array(z.string()),
      teams: z.array(team),
    }),
  }),
})

export const auth = { me }
