/** A client of MCP, and what it is to be told. */
export interface ConnectConfig {
  readonly name: 'claude' | 'cursor' | 'vscode' | 'json'
  readonly says: string
  /** Where the text belongs. */
  readonly where: string
  readonly text: string
}

interface Reached {
  readonly name: string
  readonly url: string
}

/** Of each client, by its own shape of the same. */
export const connectConfigs = ({ name, url }: Reached): readonly ConnectConfig[] => {
  const remote = { type: 'http', url }
  return [
    {
      name: 'claude',
      says: 'Claude',
      where: 'In a terminal, with Claude Code.',
      text: `claude mcp add --transport http ${name} ${url}`,
    },
    {
      name: 'cursor',
      says: 'Cursor',
      where: 'In .cursor/mcp.json.',
      text: written({ mcpServers: { [name]: { url } } }),
    },
    {
      name: 'vscode',
      says: 'VS Code',
      where: 'In .vscode/mcp.json.',
      text: written({ servers: { [name]: remote } }),
    },
    {
      name: 'json',
      says: 'JSON',
      where: 'For any other client.',
      text: written({ mcpServers: { [name]: remote } }),
    },
  ]
}

const written = (config: object): string => JSON.stringify(config, null, 2)

/** A server that names no host is reached by the one that this page came from. */
export const absoluteUrl = (endpoint: string, origin: string): string => new URL(endpoint, origin).href
