import { z } from 'zod'
import { endpoint } from '../../endpoint.ts'
import { count, labelName } from '../../fields.ts'

const toolNames = z.array(z.string())

export const attention = endpoint({
  method: 'GET',
  path: '/runtime/attention',
  summary: "Which servers of the caller's, or of all for admins, somebody should look after, and why.",
  access: 'signed-in',
  query: z.strictObject({
    namespace: labelName.optional(),
    live: z
      .boolean()
      .default(false)
      .describe('whether the servers themselves are asked for their tools, too'),
  }),
  response: z.object({
    /** By namespace and name, 100 at most. */
    servers: z.array(
      z.object({
        namespace: z.string(),
        name: z.string(),
        team_id: z.string().optional(),
        /** Left out where it is ready, or nobody has said. */
        status: z.enum(['Degraded', 'NotReady']).optional(),
        /** What whoever looks after it has to say of that. */
        message: z.string().optional(),
        /** Declared and not there; there, and nobody has said what they may do: 20 of each. Only where the server answers. */
        drift: z.object({ missing: toolNames, ungoverned: toolNames }).optional(),
        /** Of all such tools. */
        drift_count: count.optional(),
        /** For who may read the policy. */
        policy: z
          .object({
            state: z.enum([
              /** Every call is refused: what the policy would be made of cannot be read, or is too much. */
              'shut',
              /** Whoever looks after the server says that it is not there. */
              'not_applied',
              /** The gateway is known to decide by another one. */
              'stale',
              /** Grants or sessions are written and not in it. */
              'left_out',
            ]),
            /** The revision that the resources make, and the last that is known to be decided by. */
            wanted: z.string(),
            applied: z.string().optional(),
            left_out: count,
            message: z.string().optional(),
          })
          .optional(),
      }),
    ),
    /** How many servers there are for the caller, how many of them were looked at, and how many asked. */
    visible: count,
    looked_at: count,
    asked: count,
    /** Whether there are more than are listed. */
    truncated: z.boolean(),
  }),
  errors: ['scope_missing', 'resources_unavailable'],
})
