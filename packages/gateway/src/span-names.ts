import type { InspectedCall, SpanDecision, SpanEnd } from '@mcp-sentinel/gateway-middleware'

/*
 * Names of spans and their attributes by OpenTelemetry's conventions for HTTP, MCP and generative AI. The latter two are in
 * development and change: they stand here and nowhere else.
 */

/** Before it is known what a request asks, and for one that asks nothing. */
export const unnamed = 'mcp'

type Attributes = Readonly<Record<string, string | number>>

/** Only what may be asked is in a name: those must not grow with what strangers send. */
export const nameOf = ([decision, ...others]: readonly SpanDecision[]): string =>
  decision?.isAllowed && others.length === 0
    ? [decision.rpcMethod, decision.tool].filter(Boolean).join(' ')
    : unnamed

/** Of the request to the server behind us: all of its calls may be asked. */
export const onwardName = ([call, ...others]: readonly InspectedCall[]): string => {
  if (call === undefined || others.length > 0) return unnamed
  const isTool = call.method === 'tools/call' || call.method === 'call_tool'
  return isTool ? `${call.method} ${call.target.name}` : call.method
}

export const attributesOf = ({ method, status, decisions }: SpanEnd): Attributes => ({
  'http.request.method': method,
  ...(status === 0 ? {} : { 'http.response.status_code': status }),
  ...(decisions.length === 1 ? attributesOfDecision(decisions[0] as SpanDecision) : {}),
  ...errorOf(decisions),
})

const attributesOfDecision = ({
  decisionId,
  isAllowed,
  reason,
  rpcMethod,
  tool,
}: SpanDecision): Attributes => ({
  ...(rpcMethod === undefined ? {} : { 'mcp.method.name': rpcMethod }),
  ...(tool === undefined ? {} : { 'gen_ai.tool.name': tool, 'gen_ai.operation.name': 'execute_tool' }),
  'mcp.sentinel.decision': isAllowed ? 'allow' : 'deny',
  'mcp.sentinel.reason': reason,
  'mcp.sentinel.decision_id': decisionId,
})

const errorOf = (decisions: readonly SpanDecision[]): Attributes => {
  const refused = decisions.find(({ isAllowed }) => !isAllowed)
  return refused === undefined ? {} : { 'error.type': refused.reason }
}

export const onwardAttributes = (method: string, { hostname, port }: URL): Attributes => ({
  'http.request.method': method,
  'server.address': hostname,
  ...(port === '' ? {} : { 'server.port': Number(port) }),
})

export const answeredAttributes = (status: number): Attributes => ({ 'http.response.status_code': status })
