import { durationMs, httpUrl, integer, type SettingsOf } from '@mcp-sentinel/service'
import { z } from 'zod'
import { type Platform, platformDefaults, platformModes } from '../platform.ts'
import { text } from './text.ts'

const mode = () => z.enum(platformModes, `is none of ${platformModes.join(', ')}`).optional()

/** Whose servers stand open to whom. */
export const platformVariables = () => ({
  PLATFORM_MODE: mode().describe(
    '`tenant`, which is assumed; `org`: all who are logged in share a catalogue; `public`: everybody reads one',
  ),
  MCP_PLATFORM_MODE: mode().describe('the same, where `PLATFORM_MODE` is not set'),
  PLATFORM_ORG_NAMESPACE: text()
    .default(platformDefaults.orgNamespace)
    .describe('of the catalogue in mode `org`'),
  PLATFORM_PUBLIC_NAMESPACE: text()
    .default(platformDefaults.publicNamespace)
    .describe('of the catalogue in mode `public`'),
  PLATFORM_MCP_ACTIVE_SERVER_LIMIT: integer(0, 100_000)
    .default(platformDefaults.activeServersMax)
    .describe('servers that one person may have at a time; 0 sets no bound'),
  PLATFORM_MCP_PUSH_COOLDOWN: durationMs(0, 7 * 24 * 3_600_000)
    .default(platformDefaults.publishCooldownMs)
    .describe('in milliseconds, or as `30s`: between two publishes of one person'),
  PLATFORM_REGISTRY_URL: text()
    .optional()
    .describe('the registry that images of tenants are taken from; unset, any'),
  MCP_REGISTRY_ENDPOINT: text().optional().describe('the same, where `PLATFORM_REGISTRY_URL` is not set'),
  MCP_BASE_URL: httpUrl()
    .optional()
    .describe('where clients reach servers that name no host of their own; unset, where they reach the API'),
  CLUSTER_NAME: text().optional().describe('where servers run, as events of theirs name it'),
})

type Settings = SettingsOf<ReturnType<typeof platformVariables>>

export const platformOf = (settings: Settings): Partial<Platform> => {
  const registry = settings.PLATFORM_REGISTRY_URL ?? settings.MCP_REGISTRY_ENDPOINT
  return {
    mode: settings.PLATFORM_MODE ?? settings.MCP_PLATFORM_MODE ?? platformDefaults.mode,
    orgNamespace: settings.PLATFORM_ORG_NAMESPACE,
    publicNamespace: settings.PLATFORM_PUBLIC_NAMESPACE,
    activeServersMax: settings.PLATFORM_MCP_ACTIVE_SERVER_LIMIT,
    publishCooldownMs: settings.PLATFORM_MCP_PUSH_COOLDOWN,
    mcpBaseUrl: settings.MCP_BASE_URL?.href.replace(/\/$/, ''),
    // Images are named without the scheme.
    registryHost: registry?.replace(/^https?:\/\//, '').replace(/\/.*$/, ''),
  }
}
