export { ServerPage, ServersPage } from '@mcp-sentinel/ui'
