import { z } from 'zod'
import { endpoint } from '../endpoint.ts'
import { labelName } from '../fields.ts'

/** Of a team, or a catalogue that is open to more. */
export const namespaceEntry = z.object({
  namespace: z.string(),
  /** Open to all who are logged in. */
  is_shared: z.boolean(),
  team_id: z.string().optional(),
  team_slug: z.string().optional(),
  team_name: z.string().optional(),
  /** Of the caller in the team. */
  role: z.enum(['owner', 'member']).optional(),
  /** Whether everybody may read it, logged in or not. */
  is_public: z.boolean().optional(),
  scope: z.enum(['shared', 'org', 'public']).optional(),
  scope_name: z.string().optional(),
})

const list = endpoint({
  method: 'GET',
  path: '/runtime/namespaces',
  summary: 'The namespaces that the caller may use: of their teams, and catalogues.',
  access: 'signed-in',
  response: z.object({ namespaces: z.array(namespaceEntry) }),
})

const get = endpoint({
  method: 'GET',
  path: '/runtime/namespaces/{namespace}',
  summary: 'One namespace that the caller may use.',
  access: 'signed-in',
  params: z.strictObject({ namespace: labelName }),
  response: z.object({ namespace: namespaceEntry }),
  errors: ['invalid_path_param', 'not_found'],
})

export const namespaces = { list, get }
