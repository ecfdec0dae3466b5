export { OverviewPage } from '@mcp-sentinel/ui'
