export { AnalyticsPage } from '@mcp-sentinel/ui'
