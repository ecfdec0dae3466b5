import { expect, test } from 'vitest'
import { absoluteUrl, connectConfigs } from './connect-config.ts'

const url = 'https://mcp.example.org/payments/mcp'
const textOf = (wanted: string) =>
  connectConfigs({ name: 'payments', url }).find(({ name }) => name === wanted)?.text ?? ''

test('each client is told in its own shape where the server is', () => {
  expect(textOf('claude')).toBe(`claude mcp add --transport http payments ${url}`)
  expect(JSON.parse(textOf('cursor'))).toEqual({ mcpServers: { payments: { url } } })
  expect(JSON.parse(textOf('vscode'))).toEqual({ servers: { payments: { type: 'http', url } } })
  expect(JSON.parse(textOf('json'))).toEqual({ mcpServers: { payments: { type: 'http', url } } })
})

test('an address without a host is below the one of the page', () => {
  expect(absoluteUrl('/payments/mcp', 'http://localhost:18080')).toBe('http://localhost:18080/payments/mcp')
  expect(absoluteUrl(url, 'http://localhost:18080')).toBe(url)
})
