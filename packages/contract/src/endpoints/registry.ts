import { z } from 'zod'
import { endpoint } from '../endpoint.ts'
import { anyText, text } from '../fields.ts'

const authz = endpoint({
  method: 'GET',
  path: '/registry/authz',
  summary:
    'Asked by a proxy before a container registry, with `X-Forwarded-Uri` and `X-Forwarded-Method` of what it was asked: 204 lets it through. Takes Basic credentials too.',
  access: 'signed-in',
  status: 204,
})

const imagePublish = endpoint({
  method: 'POST',
  path: '/user/activity/image-publish',
  summary: 'Writes down that the caller has pushed an image.',
  access: 'person',
  body: z.strictObject({
    image_ref: text(512).regex(/^[\x21-\x7e]+$/, 'has a character that no image reference has'),
    source_image: anyText(512).optional(),
    mode: anyText(64).optional(),
  }),
  bodyBytesMax: 16 * 1024,
  status: 202,
  response: z.object({ ok: z.literal(true), image_ref: z.string() }),
})

export const registry = {
  authz,
  authzByPost: endpoint({ ...authz, method: 'POST' }),
  authzByPut: endpoint({ ...authz, method: 'PUT' }),
  authzByPatch: endpoint({ ...authz, method: 'PATCH' }),
  authzByDelete: endpoint({ ...authz, method: 'DELETE' }),
  imagePublish,
}
