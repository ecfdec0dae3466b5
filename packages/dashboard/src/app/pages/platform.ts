export { PlatformPage } from '@mcp-sentinel/ui'
