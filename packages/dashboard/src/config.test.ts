import type { ConfigError } from '@mcp-sentinel/service'
import { expect, test } from 'vitest'
import { config, oidcOf } from './config.ts'

const least = { API_UPSTREAM: 'http://api:8080' }
const provider = {
  OIDC_ISSUER: 'https://id.example.org/realms/a',
  OIDC_CLIENT_ID: 'dashboard',
  OIDC_CLIENT_SECRET: 'a secret, with commas',
  OIDC_REDIRECT_URL: 'https://dashboard.example.org/auth/oidc/callback',
}
const faultsOf = (env: Readonly<Record<string, string>>): readonly string[] => {
  try {
    config.parse(env)
    return []
  } catch (error) {
    return (error as ConfigError).faults.map(({ variable, message }) => `${variable}: ${message}`)
  }
}

test('without an identity provider nobody signs in with one', () =>
  expect(oidcOf(config.parse(least))).toBeUndefined())

test('an issuer that the API is told of is no provider by itself', () =>
  expect(oidcOf(config.parse({ ...least, OIDC_ISSUER: provider.OIDC_ISSUER }))).toBeUndefined())

test('with one, all of it is known and none of it is shown', () => {
  const settings = config.parse({ ...least, ...provider, OIDC_NAME: 'Example' })
  expect(oidcOf(settings)).toEqual({
    issuer: 'https://id.example.org/realms/a',
    clientId: 'dashboard',
    clientSecret: 'a secret, with commas',
    redirectUrl: 'https://dashboard.example.org/auth/oidc/callback',
    name: 'Example',
  })
  expect(JSON.stringify(settings)).not.toContain('commas')
})

test.each([
  [{ OIDC_NAME: 'Example' }, ['OIDC_ISSUER', 'OIDC_CLIENT_ID', 'OIDC_CLIENT_SECRET', 'OIDC_REDIRECT_URL']],
  [{ ...provider, OIDC_CLIENT_SECRET: '' }, ['OIDC_CLIENT_SECRET']],
])('half a provider is none: %j', (given, missing) =>
  expect(faultsOf({ ...least, ...given })).toEqual(
    missing.map((name) => `${name}: is missing: nobody could sign in with the identity provider`),
  ),
)

test.each([
  ['OIDC_ISSUER', 'http://id.example.org', 'is no https URL without a query'],
  ['OIDC_ISSUER', 'https://id.example.org/?x=1', 'is no https URL without a query'],
  ['OIDC_CLIENT_SECRET', 'short', 'has fewer than 16 characters'],
  [
    'OIDC_REDIRECT_URL',
    'http://dashboard.example.org/auth/oidc/callback',
    'is no https URL that ends with /auth/oidc/callback',
  ],
  [
    'OIDC_REDIRECT_URL',
    'https://dashboard.example.org/',
    'is no https URL that ends with /auth/oidc/callback',
  ],
])('%s %s is refused by its name', (variable, value, message) => {
  const [fault = ''] = faultsOf({ ...least, ...provider, [variable]: value })
  expect(fault).toBe(`${variable}: ${message}`)
  expect(fault).not.toContain('short')
})

test.each([
  ['https://traces.example/{traceId}', []],
  ['https://traces.example/', ['TRACE_URL']],
  ['javascript:open("{traceId}")', ['TRACE_URL']],
  ['{traceId}', ['TRACE_URL']],
])('traces are looked at where %s leads: %j', (TRACE_URL, wrong) =>
  expect(faultsOf({ ...least, TRACE_URL }).map((fault) => fault.split(':')[0])).toEqual(wrong),
)
