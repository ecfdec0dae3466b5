import type { MCPServer } from '@mcp-sentinel/resources'

/** The path by which clients reach a server. */
export const pathOf = ({ metadata, spec }: MCPServer): string => {
  if (spec.publicPathPrefix) return `/${spec.publicPathPrefix.replace(/^\/+|\/+$/g, '')}/mcp`
  return spec.ingressPath ?? `/${metadata.name}/mcp`
}

/** By the name of its service, whose only port is its gateway's. */
export const inCluster = (server: MCPServer): string => {
  const { name, namespace = 'default' } = server.metadata
  return `http://${name}.${namespace}.svc.cluster.local:${server.spec.servicePort ?? 80}${pathOf(server)}`
}

/** How clients reach a server: by the host that it names, or below the one that all servers share. */
export const publicUrlOf = (server: MCPServer, baseUrl: string | undefined): string | undefined => {
  const { ingressHost } = server.spec
  if (ingressHost) return `https://${ingressHost}${pathOf(server)}`
  return baseUrl && new URL(pathOf(server), baseUrl).href
}
