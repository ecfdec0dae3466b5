import { defineConfig, httpUrl, port, processVariables } from '@mcp-sentinel/service'
import { z } from 'zod'

export const config = defineConfig({
  HOST: z.string().default('0.0.0.0').describe('address to listen on'),
  PORT: port().default(8082).describe('where browsers come'),
  METRICS_PORT: port().default(9082).describe('where `/metrics` is'),
  API_UPSTREAM: httpUrl().describe('the API, without a path'),
  API_BASE: z.string().regex(/^\//, 'begins with /').default('/api').describe('where browsers find the API'),
  PLATFORM_MODE: z.enum(['tenant', 'org', 'public']).default('tenant').describe('as that of the API'),
  ...processVariables(),
})
