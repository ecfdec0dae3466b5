import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Client, StreamableHTTPClientTransport, type Transport } from '@modelcontextprotocol/client'
import { afterAll, expect, onTestFinished, test, vi } from 'vitest'
import { clientEnd, fast, guarded, hono, ofOneUser, server } from './bindings.examples.ts'
import { app, gateway } from './quickstart.examples.ts'

const written = vi.spyOn(console, 'log').mockImplementation(() => {})
afterAll(async () => {
  await gateway.close()
  await ofOneUser.close()
})

const as = (agent: string) => ({ requestInit: { headers: { 'x-mcp-agent-id': agent } } })

const connect = async (transport: Transport): Promise<Client> => {
  const client = new Client({ name: 'newcomer', version: '1.0.0' }, { versionNegotiation: { mode: 'auto' } })
  await client.connect(transport)
  onTestFinished(() => client.close())
  return client
}

/** What a client of the SDK sees and hears, as an agent that may read and may not refund. */
const tryOut = async (transport: Transport): Promise<void> => {
  const client = await connect(transport)
  const { tools } = await client.listTools()
  expect(tools.map(({ name }) => name)).toEqual(['get_invoice'])
  const call = async (name: string, given: object) => {
    const { content, isError = false } = await client.callTool({ name, arguments: { ...given } })
    return [isError, content[0]?.type === 'text' ? content[0].text : '']
  }
  expect(await call('get_invoice', { id: 'i-7' })).toEqual([false, 'invoice i-7'])
  expect(await call('refund_invoice', { id: 'i-7', amount: 9 })).toEqual([
    true,
    'Refused: this caller may not use tools of this kind (side_effect_not_allowed).',
  ])
}

const serve = async (listener: RequestListener | ReturnType<typeof createServer>): Promise<URL> => {
  const http = typeof listener === 'function' ? createServer(listener) : listener
  http.listen(0, '127.0.0.1')
  await once(http, 'listening')
  onTestFinished(() => {
    http.close()
    http.closeAllConnections()
  })
  return new URL(`http://127.0.0.1:${(http.address() as AddressInfo).port}/mcp`)
}

const overHttp = async (listener: RequestListener | typeof server) =>
  tryOut(new StreamableHTTPClientTransport(await serve(listener), as('support-bot')))

const overFetch = (answer: (request: Request) => Response | Promise<Response>) =>
  tryOut(
    new StreamableHTTPClientTransport(new URL('http://payments.example/mcp'), {
      ...as('support-bot'),
      fetch: async (url, init) => answer(new Request(url, init)),
    }),
  )

test('Express', async () => {
  await overHttp(app)
  const told = () =>
    written.mock.calls.map(([{ agent_id, tool_name, decision, reason }]) =>
      [agent_id, tool_name, decision, reason].join(' '),
    )
  await vi.waitFor(() => expect(told()).toContain('support-bot get_invoice allow allowed'))
  expect(told()).toContain('support-bot refund_invoice deny side_effect_not_allowed')
})
test('node:http', () => overHttp(server))
test('Fastify', async () => {
  await fast.ready()
  onTestFinished(() => fast.close())
  await overHttp((req, res) => fast.routing(req, res))
})
test('fetch', () => overFetch(guarded))
test('Hono', () => overFetch((request) => hono.fetch(request)))
test('any transport', () => tryOut(clientEnd))

test('arguments decide, too', async () => {
  const client = await connect(new StreamableHTTPClientTransport(await serve(app), as('ops-agent')))
  const refund = (amount: number) =>
    client.callTool({ name: 'refund_invoice', arguments: { id: 'i-7', amount } })
  expect((await refund(120)).isError).not.toBe(true)
  expect(await refund(501)).toMatchObject({
    isError: true,
    content: [
      { text: 'Refused: an argument has a value that is not allowed: /amount (argument_not_allowed).' },
    ],
  })
})
