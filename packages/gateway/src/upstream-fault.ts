import type { Answer, Passed } from '@mcp-sentinel/gateway-middleware'

const texts = {
  502: 'the server behind the gateway did not answer',
  504: 'the server behind the gateway took too long',
} as const

/** What a client gets when a call passed and nothing came back: the id of its request, and no blame for itself. */
export const upstreamFault = (status: keyof typeof texts, { calls }: Passed): Answer => {
  const asked = calls.filter(({ id }) => id !== undefined)
  const errors = (asked.length === 0 ? [{ id: null }] : asked).map(({ id }) => ({
    jsonrpc: '2.0',
    id,
    error: {
      code: status * 1000,
      message: `Failed: ${texts[status]}.`,
      data: { reason: 'upstream_unavailable' },
    },
  }))
  return {
    status,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
    body: JSON.stringify(errors.length === 1 ? errors[0] : errors),
  }
}
