import { createGateway, type Gateway } from '@mcp-sentinel/gateway-middleware'
import { guardFetch } from '@mcp-sentinel/gateway-middleware/bind/fetch'
import { guardNode } from '@mcp-sentinel/gateway-middleware/bind/node'
import { everything } from './everything.ts'
import type { Target } from './targets.ts'

const gateway: Gateway = await createGateway({
  policy: everything(),
  identify: () => ({ ok: true, caller: { agent: 'suite' } }),
  record: () => {},
  denial: 'http',
})

export const fetchGuards: NonNullable<Target['guards']> = {
  fetch: (next) => guardFetch(gateway, next),
}

export const nodeGuards: NonNullable<Target['guards']> = {
  node: (next) => guardNode(gateway, (req, res) => next(req, res, req.body)),
}
