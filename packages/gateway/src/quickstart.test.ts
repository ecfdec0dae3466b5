import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { afterAll, expect, test, vi } from 'vitest'
import { behind, gateway, server, upstream } from './quickstart.examples.ts'

const written = vi.spyOn(console, 'log').mockImplementation(() => {})

afterAll(async () => {
  for (const one of [server, behind]) {
    one.close()
    one.closeAllConnections()
  }
  await gateway.close()
  await upstream.close()
})

test('the example of the README guards', async () => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const body = '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"get_invoice"}}'
  const call = (agent: string) =>
    fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-mcp-agent-id': agent },
      body,
    })
  expect(await (await call('support-bot')).text()).toBe(body)
  expect((await call('stranger')).status).toBe(403)
  await gateway.idle()
  expect(written.mock.calls.map(([{ decision }]) => decision)).toEqual(['allow', 'deny'])
})
