export { EventsPage } from '@mcp-sentinel/ui'
