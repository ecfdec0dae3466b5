/** Of a team's servers. */
export const namespaceOf = (slug: string): string => `mcp-team-${slug}`
