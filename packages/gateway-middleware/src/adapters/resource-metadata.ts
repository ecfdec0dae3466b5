/** What a resource server says of itself (RFC 9728). */
export interface ResourceMetadata {
  readonly resource: string
  readonly authorization_servers: readonly string[]
  readonly bearer_methods_supported: readonly ['header']
  readonly scopes_supported?: readonly string[]
  readonly resource_name?: string
}

export interface ResourceMetadataOptions {
  /** The URL that clients use for the server, to the letter. */
  readonly resource: string
  readonly issuer: string
  /** The fewest that make sense. */
  readonly scopes?: readonly string[] | undefined
  readonly name?: string | undefined
}

/** The document that clients find the issuer by: served without any authorization, to every origin. */
export const resourceMetadata = (options: ResourceMetadataOptions): ResourceMetadata => {
  const { resource, issuer, scopes = [], name } = options
  return {
    resource,
    authorization_servers: [issuer],
    bearer_methods_supported: ['header'],
    ...(scopes.length === 0 ? {} : { scopes_supported: scopes }),
    ...(name === undefined ? {} : { resource_name: name }),
  }
}

/** Where clients look for it first: the well-known name goes between the host and the path. */
export const resourceMetadataUrl = (resource: string): string => {
  const { origin, pathname, search } = new URL(resource)
  return `${origin}/.well-known/oauth-protected-resource${pathname === '/' ? '' : pathname}${search}`
}
