import type { Bearer } from '@mcp-sentinel/identity'
import { createPolicyStream } from '@mcp-sentinel/resources/policy-stream'
import type { RenderedPolicies } from '@mcp-sentinel/resources/rendered-policies'
import type { App } from '@mcp-sentinel/service'

/** Streams to each gateway the policy of the server that its token names, at `/policy/{namespace}/{server}`; gives what ends all streams. */
export const servePolicyStream = (
  app: App,
  { policies, tokens }: { readonly policies: RenderedPolicies; readonly tokens: Bearer },
): (() => void) => {
  const stream = createPolicyStream({
    policies,
    verify: async (token) => {
      const verdict = await tokens.authenticate(token)
      if (!verdict.ok && verdict.code === 'provider_unavailable') throw new Error(verdict.message)
      if (!verdict.ok || verdict.principal.kind !== 'server') return undefined
      const { namespace, server } = verdict.principal.binding
      return { namespace, name: server }
    },
  })
  app.get('/policy/:namespace/:server', (request, reply) => {
    reply.hijack()
    if (!stream.handle(request.raw, reply.raw)) reply.raw.writeHead(404).end()
  })
  return stream.close
}
