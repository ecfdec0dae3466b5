import { create, list, revoke, revokeByPost } from './keys/api-keys.ts'
import {
  createCredential,
  listCredentials,
  revokeCredential,
  revokeCredentialByPost,
} from './keys/registry-credentials.ts'

export const keys = {
  list,
  create,
  revoke,
  revokeByPost,
  listCredentials,
  createCredential,
  revokeCredential,
  revokeCredentialByPost,
}
