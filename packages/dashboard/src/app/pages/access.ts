export { AccessPage } from '@mcp-sentinel/ui'
