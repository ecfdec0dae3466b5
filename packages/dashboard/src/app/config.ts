/** What the server that gave us this page says of where it stands; `/config.js` sets it. */
interface PageConfig {
  readonly MCP_API_BASE?: string
  readonly MCP_PLATFORM_MODE?: string
  readonly MCP_VERSION?: string
  readonly MCP_OIDC_NAME?: string
  readonly MCP_TRACE_URL?: string
}

const given = window as unknown as PageConfig

export const config = {
  apiBase: given.MCP_API_BASE ?? '/api',
  platformMode: given.MCP_PLATFORM_MODE ?? 'tenant',
  version: given.MCP_VERSION ?? '',
  /** Of the identity provider; empty where there is none. */
  providerName: given.MCP_OIDC_NAME ?? '',
  /** Where a trace is looked at. */
  traceUrl: given.MCP_TRACE_URL,
} as const
