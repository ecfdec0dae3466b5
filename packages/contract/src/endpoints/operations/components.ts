import { z } from 'zod'
import { endpoint } from '../../endpoint.ts'
import { text } from '../../fields.ts'
import { namespaceEntry } from '../namespaces.ts'

export const components = endpoint({
  method: 'GET',
  path: '/runtime/components',
  summary: 'How the parts of the stack are.',
  access: 'admin',
  response: z.object({
    components: z.array(
      z.object({
        key: z.string(),
        display: z.string(),
        namespace: z.string(),
        kind: z.string(),
        resource: z.string(),
        status: z.enum(['Ready', 'Degraded', 'NotReady', 'NotDeployed', 'Error']),
        /** How many of how many. */
        ready: z.string(),
        /** Why it is not ready. */
        message: z.string(),
      }),
    ),
  }),
  errors: ['unsupported', 'workloads_unavailable'],
})

export const restart = endpoint({
  method: 'POST',
  path: '/runtime/actions/restart',
  summary: 'Restarts a part of the stack, or all parts one after the other. `components` tells how it goes.',
  access: 'admin',
  body: z
    .strictObject({ component: text(64).optional(), all: z.literal(true, 'can only be true').optional() })
    .refine(
      ({ component, all }) => (component === undefined) !== (all === undefined),
      'names either a component or all',
    ),
  bodyBytesMax: 4 * 1024,
  response: z.object({
    success: z.literal(true),
    component: z.string().optional(),
    restarted: z.literal('all').optional(),
    /** In the order of their restarts. */
    components: z.array(z.string()),
  }),
  errors: ['conflict', 'unsupported', 'workloads_unavailable'],
})

export const namespaces = endpoint({
  method: 'GET',
  path: '/admin/namespaces',
  summary: 'All namespaces of teams and catalogues, and whether they are there.',
  access: 'admin',
  response: z.object({
    namespaces: z.array(
      namespaceEntry.extend({
        /** Null where what runs workloads did not say. */
        exists: z.boolean().nullable(),
      }),
    ),
    unavailable: z.array(z.enum(['workloads'])),
  }),
})
