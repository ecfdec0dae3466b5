export { OperationsPage } from '@mcp-sentinel/ui'
