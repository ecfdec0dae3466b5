import { z } from 'zod'
import { endpoint } from '../../endpoint.ts'
import { instantOrDay, rowLimit, text } from '../../fields.ts'
import { deployment } from '../deployments.ts'

const filters = {
  user: text(254).optional().describe('An id, or an e-mail address.'),
  since: instantOrDay.optional().describe('From then on.'),
  until: instantOrDay.optional().describe('Before then.'),
  limit: rowLimit(200, 50),
}
/** Of `audit`, with the same filters; left out at the end. */
const nextCursor = z.string().optional()

/** What is empty is left out. */
const auditLog = z.object({
  id: z.string(),
  user_id: z.string().optional(),
  email: z.string().optional(),
  action: z.string(),
  resource: z.string().optional(),
  namespace: z.string().optional(),
  status: z.string().optional(),
  message: z.string().optional(),
  actor_ip: z.string().optional(),
  request_id: z.string().optional(),
  source: z.string().optional(),
  auth_identity: z.string().optional(),
  image_ref: z.string().optional(),
  server_name: z.string().optional(),
  deployment_target: z.string().optional(),
  /** What it was, and what it is now. */
  before: z.unknown().optional(),
  after: z.unknown().optional(),
  created_at: z.iso.datetime(),
})

export const audit = endpoint({
  method: 'GET',
  path: '/admin/audit',
  summary: 'Who changed what, the newest first.',
  access: 'admin',
  query: z.strictObject({
    ...filters,
    action: text(64).optional().describe('What was done, such as `image_publish`.'),
    cursor: text(128).optional().describe('`next_cursor` of the page before.'),
  }),
  response: z.object({ audit_logs: z.array(auditLog), next_cursor: nextCursor }),
})

export const snapshot = endpoint({
  method: 'GET',
  path: '/admin/operations',
  summary: 'What has gone on on the platform: people, changes, images, deployments.',
  access: 'admin',
  query: z.strictObject(filters),
  response: z.object({
    filters: z.object({
      user: z.string().optional(),
      since: z.string().optional(),
      until: z.string().optional(),
      limit: z.int(),
    }),
    /** Those that did something last come first. */
    users: z.array(
      z.object({
        id: z.string(),
        email: z.string(),
        role: z.enum(['user', 'admin']),
        created_at: z.iso.datetime(),
        last_login: z.iso.datetime().optional(),
        last_activity: z.iso.datetime().optional(),
      }),
    ),
    audit_logs: z.array(auditLog),
    next_cursor: nextCursor,
    /** Images that were published. */
    images: z.array(auditLog),
    /** With `action=image_publish`. */
    images_next_cursor: nextCursor,
    deployments: z.array(deployment),
    /** Engines that did not answer. */
    unavailable: z.array(z.enum(['workloads'])),
  }),
})
