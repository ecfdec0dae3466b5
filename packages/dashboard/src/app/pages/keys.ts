export { KeysPage } from '@mcp-sentinel/ui'
