import { z } from 'zod'
import { endpoint } from '../../endpoint.ts'
import { body, bodyBytesMax, key, params } from './fields.ts'

export const listCredentials = endpoint({
  method: 'GET',
  path: '/user/registry-credentials',
  summary: 'The registry credentials of the caller, the newest first.',
  access: 'person',
  response: z.object({ credentials: z.array(key) }),
})

export const createCredential = endpoint({
  method: 'POST',
  path: '/user/registry-credentials',
  summary: 'Makes what a container client logs in with; the password is told here and never again.',
  access: 'person',
  body: body(['pull', 'push']),
  bodyBytesMax,
  status: 201,
  response: z.object({ credential: key, username: z.string(), password: z.string() }),
  errors: ['keys_too_many'],
})

export const revokeCredential = endpoint({
  method: 'DELETE',
  path: '/user/registry-credentials/{id}',
  summary: 'Revokes a registry credential of the caller.',
  access: 'person',
  params,
  response: z.object({ credential: key }),
  errors: ['not_found'],
})

export const revokeCredentialByPost = endpoint({
  ...revokeCredential,
  method: 'POST',
  path: '/user/registry-credentials/{id}/revoke',
  deprecated: 'DELETE /user/registry-credentials/{id}',
})
