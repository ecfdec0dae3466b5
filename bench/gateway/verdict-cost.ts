import { createGateway, type Exchange, type Gateway } from '@mcp-sentinel/gateway-middleware'
import { headerIdentity } from '@mcp-sentinel/gateway-middleware/adapters/header-identity'
import { oauthIdentity } from '@mcp-sentinel/gateway-middleware/adapters/oauth-identity'
import { staticPolicy } from '@mcp-sentinel/gateway-middleware/static-policy'
import {
  createOAuthIssuer,
  issuerKey,
  signedBy,
} from '../../packages/gateway-middleware/src/contract-tests/oauth-issuer.ts'
import { agentName, plainTool, policy } from './policy.ts'

const resource = 'https://bench.example/mcp'

/** µs of CPU for one verdict, without HTTP: who calls by a header, and by a token whose verdict is remembered. */
export interface VerdictCost {
  readonly headerUs: number
  readonly tokenUs: number
}

export const verdictCosts = async (rounds: number, calls: number): Promise<readonly VerdictCost[]> => {
  const key = issuerKey('one')
  const issuer = await createOAuthIssuer([key])
  const claims = {
    iss: issuer.issuer,
    aud: resource,
    sub: 'somebody',
    exp: Math.floor(Date.now() / 1000) + 3600,
  }
  const token = signedBy(key, { ...claims, client_id: agentName(7), azp: agentName(7) }, { typ: 'at+jwt' })
  const record = (): void => {}
  const byHeader = await createGateway({ policy: staticPolicy(policy), identify: headerIdentity(), record })
  const byToken = await createGateway({
    policy: staticPolicy(policy),
    identify: oauthIdentity({ resource, issuer: issuer.issuer }),
    record,
  })
  try {
    const costs: VerdictCost[] = []
    for (let round = -2; round < rounds; round++) {
      const headerUs = await costUs(byHeader, { 'x-mcp-agent-id': agentName(7) }, calls)
      const tokenUs = await costUs(byToken, { authorization: `Bearer ${token}` }, calls)
      if (round >= 0) costs.push({ headerUs, tokenUs })
    }
    return costs
  } finally {
    await Promise.all([byHeader.close(), byToken.close()])
    await issuer.close()
  }
}

const call = Buffer.from(
  JSON.stringify({
    jsonrpc: '2.0',
    id: 4711,
    method: 'tools/call',
    params: { name: plainTool, arguments: { query: 'quarterly report of the northern region', limit: 20 } },
  }),
)

const costUs = async (gateway: Gateway, who: Record<string, string>, calls: number): Promise<number> => {
  const headers: Record<string, string> = { 'content-type': 'application/json', ...who }
  const exchange: Exchange = {
    method: 'POST',
    path: '/mcp',
    header: (name) => headers[name],
    body: { kind: 'bytes', bytes: call },
    peer: '127.0.0.1',
  }
  const before = process.cpuUsage()
  for (let n = 0; n < calls; n++) {
    const admission = await gateway.admit(exchange)
    if (admission.kind === 'refused') throw new Error(`Refused: ${admission.answer.body}`)
    admission.close({ status: 200, bytesOut: 100, outcome: 'closed' })
  }
  const { user, system } = process.cpuUsage(before)
  return (user + system) / calls
}
