import { createLogger } from '@mcp-sentinel/service'
import { expect, test } from 'vitest'
import { createApi } from './api.ts'
import { clientOf, clientWithKey } from './contract-tests/asking.ts'
import { authenticateCallers } from './contract-tests/callers.ts'

const { app } = createApi({
  authenticate: authenticateCallers,
  logger: createLogger({ service: 'api-test', level: 'silent' }),
  version: '1.2.3',
})

test('nobody is told anything', async () => {
  await expect(clientOf(app).analytics.stats()).rejects.toMatchObject({ status: 401, code: 'unauthorized' })
})

test('a key that is not known opens nothing, though it is open to nobody', async () => {
  await expect(clientWithKey(app, 'guessed').analytics.stats()).rejects.toMatchObject({ status: 401 })
})

test('what is for admins is refused to others', async () => {
  await expect(clientWithKey(app, 'owner').analytics.stats()).rejects.toMatchObject({ code: 'forbidden' })
})

test('a missing engine is named, and nothing else is refused for it', async () => {
  await expect(clientWithKey(app, 'adminKey').analytics.stats()).rejects.toMatchObject({
    status: 503,
    code: 'analytics_unavailable',
  })
  expect((await app.inject('/ready')).statusCode).toBe(200)
})

test('a parameter that is not known is refused by its name', async () => {
  const answer = await app.inject({ url: '/api/stats?limit=3', headers: { 'x-api-key': 'admin' } })
  expect(answer.statusCode).toBe(400)
  expect(answer.json()).toMatchObject({
    error: 'invalid_query_param',
    details: { issues: [{ pointer: 'limit', message: 'is not known here' }] },
  })
})

test('both prefixes serve the same, and the description of it', async () => {
  for (const prefix of ['/api', '/api/v1']) {
    expect((await app.inject(`${prefix}/stats`)).statusCode).toBe(401)
    expect((await app.inject(`${prefix}/openapi.json`)).json()).toMatchObject({
      openapi: '3.1.0',
      info: { version: '1.2.3' },
      paths: { '/api/stats': { get: { operationId: 'analytics.stats' } } },
    })
  }
})

test('who is known is told who they are', async () => {
  expect(await clientWithKey(app, 'owner').auth.me()).toMatchObject({
    authenticated: true,
    principal: {
      role: 'user',
      email: 'owner@example.org',
      namespace: 'mcp-team-red',
      teams: [{ role: 'owner' }],
    },
  })
  expect((await clientWithKey(app, 'adminKey').auth.me()).principal).toEqual({
    role: 'admin',
    allowedNamespaces: ['mcp-servers'],
    teams: [],
    auth_type: 'service_api_key',
    scopes: [],
  })
})
