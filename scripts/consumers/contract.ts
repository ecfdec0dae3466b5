import { apiCodes, endpoints } from '@mcp-sentinel/contract'
import { createClient } from '@mcp-sentinel/contract/client'
import { openapi } from '@mcp-sentinel/contract/openapi'

const client = createClient({
  baseUrl: 'http://api.test/api',
  fetch: async () => Response.json({ events_total: 3 }),
})
if ((await client.analytics.stats()).events_total !== 3) throw new Error('the client should read the answer')
if (apiCodes.unauthorized !== 401 || endpoints.analytics.stats.path !== '/stats')
  throw new Error('the tables')
if (openapi({ version: '1' })['openapi'] !== '3.1.0') throw new Error('the description should be there')
