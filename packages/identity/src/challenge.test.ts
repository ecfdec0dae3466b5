import { expect, test } from 'vitest'
import { bearerTokenOf, challengeOf } from './challenge.ts'

test.each([
  [{ realm: 'mcp' }, 'Bearer realm="mcp"'],
  [
    {
      realm: 'mcp',
      resourceMetadata: 'https://x/.well-known/oauth-protected-resource',
      error: 'invalid_token' as const,
    },
    'Bearer realm="mcp", resource_metadata="https://x/.well-known/oauth-protected-resource", error="invalid_token"',
  ],
  [{ realm: 'mcp', scopes: ['mcp:tools', 'x"y'] }, 'Bearer realm="mcp", scope="mcp:tools x\\"y"'],
  [{ realm: 'mcp', scopes: [] }, 'Bearer realm="mcp"'],
  [{ realm: 'a"b\\c\r\nSet-Cookie: x' }, 'Bearer realm="a\\"b\\\\cSet-Cookie: x"'],
])('%j', (challenge, expected) => expect(challengeOf(challenge)).toBe(expected))

test.each([
  ['Bearer abc.def', 'abc.def'],
  ['bearer   abc', 'abc'],
  ['Basic abc', undefined],
  ['Bearer', undefined],
  ['Bearer a b', undefined],
  ['Bearer a, Bearer b', undefined],
  [undefined, undefined],
])('the token of %s', (header, expected) => expect(bearerTokenOf(header)).toBe(expected))
