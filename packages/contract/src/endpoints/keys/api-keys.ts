import { z } from 'zod'
import { endpoint } from '../../endpoint.ts'
import { body, bodyBytesMax, key, params } from './fields.ts'

export const list = endpoint({
  method: 'GET',
  path: '/user/api-keys',
  summary: 'The API keys of the caller, the newest first.',
  access: 'person',
  response: z.object({ keys: z.array(key) }),
})

export const create = endpoint({
  method: 'POST',
  path: '/user/api-keys',
  summary: 'Makes an API key, which is told here and never again.',
  access: 'person',
  body: body(['read', 'govern', 'publish', 'registry']),
  bodyBytesMax,
  response: z.object({ key, api_key: z.string(), one_time_key: z.string() }),
  errors: ['keys_too_many'],
})

export const revoke = endpoint({
  method: 'DELETE',
  path: '/user/api-keys/{id}',
  summary: 'Revokes an API key of the caller.',
  access: 'person',
  params,
  response: z.object({ key }),
  errors: ['not_found'],
})

export const revokeByPost = endpoint({
  ...revoke,
  method: 'POST',
  path: '/user/api-keys/{id}/revoke',
  deprecated: 'DELETE /user/api-keys/{id}',
})
