import type { Context } from './context.ts'
import { createStoredKeys, type StoredKeys } from './stored-keys.ts'

/** Who may push may pull. A credential without scopes may both. */
export const registryScopes = ['pull', 'push'] as const
export type RegistryScope = (typeof registryScopes)[number]

export const registryCredentialsMax = 50

export type RegistryCredentials = StoredKeys<RegistryScope>

/** What a container client logs in to the registry with, and with which nothing else opens. */
export const createRegistryCredentials = (context: Context): RegistryCredentials =>
  createStoredKeys(context, {
    table: 'registry_credentials',
    called: 'registry_credential',
    idPrefix: 'rk_',
    secretPrefix: 'mcpr_',
    scopes: registryScopes,
    max: registryCredentialsMax,
  })
