import type { FastifyRequest } from 'fastify'

/** Each proxy on the way adds whom it was asked by; which of them the API believes, it knows. */
export const onward = (request: FastifyRequest, headers: object): Record<string, string> => {
  const given = headers as Readonly<Record<string, string | undefined>>
  return {
    ...(given as Record<string, string>),
    'x-forwarded-for': [given['x-forwarded-for'], request.ip].filter(Boolean).join(', '),
    'x-forwarded-proto': given['x-forwarded-proto'] ?? request.protocol,
    'x-forwarded-host': given['x-forwarded-host'] ?? request.host,
    'x-mcp-source': 'ui',
  }
}
