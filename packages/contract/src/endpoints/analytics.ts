import { z } from 'zod'
import { endpoint } from '../endpoint.ts'

const count = z.int().min(0)

const stats = endpoint({
  method: 'GET',
  path: '/stats',
  summary: 'How many events there are.',
  access: 'admin',
  response: z.object({ events_total: count }),
  errors: ['analytics_unavailable'],
})

const sources = endpoint({
  method: 'GET',
  path: '/sources',
  summary: 'How many events each source has sent, the busiest first.',
  access: 'admin',
  response: z.object({ sources: z.array(z.object({ source: z.string(), count })) }),
  errors: ['analytics_unavailable'],
})

export const analytics = { stats, sources }
