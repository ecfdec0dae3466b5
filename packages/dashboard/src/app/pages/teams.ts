export { TeamPage, TeamsPage } from '@mcp-sentinel/ui'
