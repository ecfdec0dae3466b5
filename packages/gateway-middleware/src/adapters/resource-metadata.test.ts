import { describe, expect, test } from 'vitest'
import { resourceMetadata, resourceMetadataUrl } from './resource-metadata.ts'

describe('metadata of a resource', () => {
  const [resource, issuer] = ['https://payments.example/mcp', 'https://issuer.example/']

  test('says where tokens come from and how they are sent', () => {
    expect(resourceMetadata({ resource, issuer })).toEqual({
      resource,
      authorization_servers: [issuer],
      bearer_methods_supported: ['header'],
    })
  })

  test('says more where there is more to say', () => {
    expect(resourceMetadata({ resource, issuer, scopes: ['mcp:tools'], name: 'Payments' })).toMatchObject({
      scopes_supported: ['mcp:tools'],
      resource_name: 'Payments',
    })
  })
})

test.each([
  ['https://payments.example', 'https://payments.example/.well-known/oauth-protected-resource'],
  ['https://payments.example/', 'https://payments.example/.well-known/oauth-protected-resource'],
  ['https://payments.example/mcp', 'https://payments.example/.well-known/oauth-protected-resource/mcp'],
  ['https://h:8443/a/b?c=d', 'https://h:8443/.well-known/oauth-protected-resource/a/b?c=d'],
])('metadata of %s is at %s', (resource, url) => expect(resourceMetadataUrl(resource)).toBe(url))
