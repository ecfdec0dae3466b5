import { z } from 'zod'
import { endpoint } from '../endpoint.ts'
import { count, labelName, text } from '../fields.ts'

export const deployment = z.object({
  name: z.string(),
  namespace: z.string(),
  replicas: count,
  ready: count,
  image: z.string(),
  /** Who applied it first. */
  user_id: z.string().optional(),
  created_by: z.string().optional(),
  labels: z.record(z.string(), z.string()),
  created_at: z.string(),
})

const list = endpoint({
  method: 'GET',
  path: '/deployments',
  summary: "What runs in the namespaces of the caller's teams beside servers.",
  access: 'signed-in',
  query: z.strictObject({ namespace: labelName.optional() }),
  response: z.object({ deployments: z.array(deployment) }),
  errors: ['unsupported', 'workloads_unavailable'],
})

const apply = endpoint({
  method: 'POST',
  path: '/deployments',
  summary: "Runs an image in the namespace of one of the caller's teams, or another version of it.",
  access: 'signed-in',
  body: z.strictObject({
    name: labelName,
    /** Without a tag. */
    image: text(512).regex(/^[^\s@]+$/, 'has a space or a digest in it'),
    version: text(128).regex(/^\w[\w.-]*$/, 'is no tag of an image'),
    port: z
      .int('is not a whole number')
      .min(1, 'is less than 1')
      .max(65535, 'is more than 65535')
      .default(8088),
    replicas: z.int('is not a whole number').min(0, 'is less than 0').max(20, 'is more than 20').default(1),
    /** Of the caller's first team where it is left out. */
    namespace: labelName.optional(),
  }),
  bodyBytesMax: 32 * 1024,
  response: z.object({ deployment }),
  errors: ['conflict', 'not_found', 'unsupported', 'workloads_unavailable'],
})

const remove = endpoint({
  method: 'DELETE',
  path: '/deployments/{namespace}/{name}',
  summary: 'Ends a deployment, with its service.',
  access: 'signed-in',
  params: z.strictObject({ namespace: labelName, name: labelName }),
  response: z.object({ success: z.literal(true), namespace: z.string(), name: z.string() }),
  errors: ['invalid_path_param', 'conflict', 'not_found', 'unsupported', 'workloads_unavailable'],
})

const all = endpoint({
  method: 'GET',
  path: '/admin/deployments',
  summary: 'What runs in any namespace beside servers.',
  access: 'admin',
  query: z.strictObject({ namespace: labelName.optional() }),
  response: z.object({ deployments: z.array(deployment) }),
  errors: ['unsupported', 'workloads_unavailable'],
})

export const deployments = { list, apply, remove, all }
