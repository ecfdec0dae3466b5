import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { grantOn, serverNamed } from './contract-tests/resources.ts'
import { createPolicyStream, type PolicyStream, type PolicyStreamOptions } from './policy-stream.ts'
import type { RenderedPolicy } from './render/finished.ts'
import { renderPolicy } from './render-policy.ts'
import type { PolicyChange } from './rendered-policies.ts'

const payments = { namespace: 'home', name: 'payments' }
const policyOf = (...grants: string[]): RenderedPolicy =>
  renderPolicy(
    serverNamed('payments'),
    grants.map((name) => grantOn('payments', name)),
    [],
    0,
  )
const eventOf = ({ document }: RenderedPolicy): string =>
  `event: policy\nid: ${document.revision}\ndata: ${JSON.stringify(document)}\n\n`

let http: Server
let stream: PolicyStream
let listeners: Set<(change: PolicyChange) => void>
let policy: RenderedPolicy | undefined
let tokens: Map<string, typeof payments>
beforeEach(() => {
  listeners = new Set()
  policy = policyOf()
  tokens = new Map([
    ['of-payments', payments],
    ['of-search', { ...payments, name: 'search' }],
  ])
})
afterEach(async () => {
  stream.close()
  http.closeAllConnections()
  http.close()
  await once(http, 'close')
})

const publish = (next: RenderedPolicy): void => {
  policy = next
  for (const listener of listeners) listener({ policy: next, because: [] })
}
const begin = async (options: Partial<PolicyStreamOptions> = {}): Promise<void> => {
  stream = createPolicyStream({
    policies: {
      subscribe: (_, listener) => {
        listeners.add(listener)
        if (policy !== undefined) listener({ policy, because: [] })
        return () => listeners.delete(listener)
      },
    },
    verify: async (token) => tokens.get(token),
    ...options,
  })
  http = createServer((req, res) => {
    if (!stream.handle(req, res)) res.writeHead(404).end('not mine')
  })
  http.listen(0, '127.0.0.1')
  await once(http, 'listening')
}
const ask = async (
  headers: Record<string, string> = { authorization: 'Bearer of-payments' },
  { path = '/policy/home/payments', method = 'GET' } = {},
) => {
  const { port } = http.address() as AddressInfo
  const sent = request({ port, host: '127.0.0.1', path, method, headers, agent: false })
  sent.end()
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  onTestFinished(() => void sent.destroy())
  sent.on('error', () => undefined)
  return response
}
const textOf = (response: IncomingMessage) => {
  let text = ''
  response.setEncoding('utf8')
  response.on('error', () => undefined)
  response.on('data', (chunk: string) => {
    text += chunk
  })
  return { shows: (wanted: string) => vi.waitFor(() => expect(text).toBe(wanted)) }
}

describe('a stream', () => {
  test('begins with the policy and brings each that follows', async () => {
    await begin()
    const response = await ask()
    expect(response.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
    })
    const { shows } = textOf(response)
    await shows(eventOf(policyOf()))
    publish(policyOf('ops'))
    await shows(eventOf(policyOf()) + eventOf(policyOf('ops')))
  })

  test('begins with a comment for whom has the policy already, and brings what follows', async () => {
    await begin()
    const known = policyOf().document.revision ?? ''
    const { shows } = textOf(await ask({ authorization: 'Bearer of-payments', 'last-event-id': known }))
    await shows(': still here\n\n')
    publish(policyOf('ops'))
    publish(policyOf())
    await shows(`: still here\n\n${eventOf(policyOf('ops'))}${eventOf(policyOf())}`)
  })

  test('waits where nobody knows a policy yet', async () => {
    policy = undefined
    await begin()
    const response = await ask()
    expect(response.statusCode).toBe(200)
    publish(policyOf('ops'))
    await textOf(response).shows(eventOf(policyOf('ops')))
  })

  test('tells that it is alive, and ends when its token is no longer good', async () => {
    await begin({ keepAliveMs: 10 })
    const response = await ask()
    response.setEncoding('utf8')
    const ended = once(response, 'end')
    await vi.waitFor(() => expect(response.read() ?? '').toContain(': still here\n\n'))
    tokens.clear()
    response.resume()
    await ended
    await vi.waitFor(() => expect(listeners.size).toBe(0))
  })

  test('lasts while nobody can tell whether its token is good', async () => {
    let isAway = false
    const asked = vi.fn()
    await begin({
      keepAliveMs: 5,
      verify: () => {
        asked()
        if (isAway) throw new Error('no keys')
        return payments
      },
    })
    const response = await ask()
    response.resume()
    isAway = true
    await vi.waitFor(() => expect(asked.mock.calls.length).toBeGreaterThan(4))
    expect(response.readableEnded).toBe(false)
    expect(listeners.size).toBe(1)
  })

  test('is left when its client is gone', async () => {
    await begin()
    const response = await ask()
    await vi.waitFor(() => expect(listeners.size).toBe(1))
    response.destroy()
    await vi.waitFor(() => expect(listeners.size).toBe(0))
  })
})

describe('a client that does not read', () => {
  const tools = Array.from({ length: 400 }, (_, index) => ({
    name: `tool-${index}`,
    description: 'x'.repeat(2000),
    sideEffect: 'read' as const,
  }))
  const wide = renderPolicy(serverNamed('payments', { tools }), [], [], 0)
  const stateOf = (revision: string): RenderedPolicy => ({
    ...wide,
    document: { ...wide.document, revision },
  })

  test('is sent the newest policy in place of all that it has missed', async () => {
    await begin()
    const response = await ask()
    const states = Array.from({ length: 30 }, (_, index) => stateOf(`v${index}`))
    for (const state of states) publish(state)
    let text = ''
    response.setEncoding('utf8')
    response.on('data', (chunk: string) => {
      text += chunk
    })
    const last = eventOf(states.at(-1) as RenderedPolicy)
    await vi.waitFor(() => expect(text.endsWith(last)).toBe(true), { timeout: 10_000 })
    expect(text.split('event: policy').length - 1).toBeLessThan(10)
  })

  test('is cut off', async () => {
    await begin({ keepAliveMs: 20 })
    const response = await ask()
    response.on('error', () => undefined)
    let count = 0
    const cut = (): void => {
      publish(stateOf(`v${count++}`))
      expect(listeners.size).toBe(0)
    }
    // The system takes some for it, however little it reads.
    await vi.waitFor(cut, { timeout: 10_000, interval: 5 })
  })
})

describe('who may not', () => {
  test.each([
    ['no token', {}, 401, 'unauthorized'],
    ['no bearer token', { authorization: 'Basic of-payments' }, 401, 'unauthorized'],
    ['an unknown token', { authorization: 'Bearer of-nobody' }, 401, 'unauthorized'],
    ["another server's token", { authorization: 'Bearer of-search' }, 403, 'forbidden'],
  ])('with %s', async (_, headers, status, error) => {
    await begin()
    const response = await ask(headers as Record<string, string>)
    expect(response.statusCode).toBe(status)
    response.setEncoding('utf8')
    expect(JSON.parse((await response.toArray()).join(''))).toMatchObject({ error })
    expect(listeners.size).toBe(0)
  })

  test('because nobody can tell', async () => {
    await begin({ verify: () => Promise.reject(new Error('no keys')) })
    expect((await ask()).statusCode).toBe(503)
  })

  test('because the server has as many streams as it may', async () => {
    await begin({ streamsPerServerMax: 2 })
    const statuses = await Promise.all([1, 2, 3, 4].map(async () => (await ask()).statusCode))
    expect(statuses.sort()).toEqual([200, 200, 503, 503])
  })

  test('by another method', async () => {
    await begin()
    expect((await ask({ authorization: 'Bearer of-payments' }, { method: 'POST' })).statusCode).toBe(405)
  })

  test.each(['/policy/home', '/policy/home/payments/more', '/policy/home/..', '/', '/Policy/home/payments'])(
    'at %s somebody else may answer',
    async (path) => {
      await begin()
      expect((await ask(undefined, { path })).statusCode).toBe(404)
    },
  )
})
