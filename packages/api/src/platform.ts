export const platformModes = ['tenant', 'org', 'public'] as const

/** Whose servers stand open to whom, beyond the teams that have them. */
export interface Platform {
  /** `org`: all who are logged in share a catalogue; `public`: everybody reads one. */
  readonly mode: (typeof platformModes)[number]
  /** Administrators publish and grant here, and nobody else. */
  readonly sharedNamespace: string
  readonly orgNamespace: string
  readonly publicNamespace: string
  /** Servers that one person may have at a time; 0 sets no bound. */
  readonly activeServersMax: number
  /** Between two publishes of one person. */
  readonly publishCooldownMs: number
  /** Where clients reach servers that name no host of their own; unset: where they reach the API. */
  readonly mcpBaseUrl: string | undefined
  /** The registry that images of tenants are taken from; unset: any. */
  readonly registryHost: string | undefined
}

export const platformDefaults: Platform = {
  mode: 'tenant',
  sharedNamespace: 'mcp-servers',
  orgNamespace: 'mcp-servers-org',
  publicNamespace: 'mcp-servers-public',
  activeServersMax: 5,
  publishCooldownMs: 0,
  mcpBaseUrl: undefined,
  registryHost: undefined,
}

/** The namespace that the mode opens beyond teams, if it opens one. */
export const catalogueOf = ({ mode, orgNamespace, publicNamespace }: Platform): string | undefined => {
  switch (mode) {
    case 'tenant':
      return undefined
    case 'org':
      return orgNamespace
    case 'public':
      return publicNamespace
  }
}
