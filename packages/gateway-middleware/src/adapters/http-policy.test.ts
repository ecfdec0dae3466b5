import { execFile } from 'node:child_process'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { promisify } from 'node:util'
import { revisionOf } from '@mcp-sentinel/policy/revision'
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { createPolicyServer, type PolicyServer } from '../contract-tests/policy-server.ts'
import { agentOf, changingPolicyContract, documentFor, until } from '../contract-tests/policy-source.ts'
import type { PolicySource } from '../policy-source.ts'
import { staticPolicy } from '../static-policy.ts'
import { type HttpPolicyOptions, httpPolicy } from './http-policy.ts'

const quick = { retryMinMs: 5, retryMaxMs: 20 }

changingPolicyContract('http', async (document) => {
  const server = await createPolicyServer()
  server.publish(document)
  const source = httpPolicy({ url: server.url, token: server.token, ...quick })
  return {
    source,
    publish: async (next) => server.publish(next),
    publishText: async (text) => server.publishText(text, 'sha256:0'),
    dispose: async () => {
      await source.close()
      await server.close()
    },
  }
})

let server: PolicyServer
let source: PolicySource
beforeEach(async () => {
  server = await createPolicyServer()
})
afterEach(async () => {
  await source?.close()
  await server.close()
})
const begin = (options: Partial<HttpPolicyOptions> = {}): PolicySource => {
  source = httpPolicy({ url: server.url, token: server.token, ...quick, ...options })
  return source
}
const comesTo = (agent: string | undefined): Promise<void> => until(source, () => agentOf(source) === agent)
const error = (matching: RegExp): Promise<unknown> =>
  vi.waitFor(() => expect(source.status().lastError).toMatch(matching))
const noError = (): Promise<unknown> => vi.waitFor(() => expect(source.status().lastError).toBe(undefined))

describe('a stream', () => {
  test('is asked for with the token, and resumed where it was', async () => {
    server.publish(documentFor('first'))
    begin()
    await comesTo('first')
    expect(server.requests[0]).toMatchObject({
      authorization: 'Bearer token-of-payments',
      accept: 'text/event-stream',
    })
    expect(server.requests[0]).not.toHaveProperty('last-event-id')
    server.cut()
    await server.asked(2)
    expect(server.requests[1]).toMatchObject({ 'last-event-id': revisionOf(documentFor('first')) })
    await noError()
  })

  test('brings what changed while it was away', async () => {
    server.publish(documentFor('first'))
    begin()
    await comesTo('first')
    server.answer = (response) => void response.writeHead(503).end()
    server.cut()
    await error(/answered 503/)
    expect(agentOf(source)).toBe('first')
    server.publish(documentFor('second'))
    server.answer = undefined
    await comesTo('second')
    await noError()
  })

  test('asks for a token again, so that one that has expired is exchanged', async () => {
    server.publish(documentFor('first'))
    const tokens = ['expired', 'token-of-payments']
    begin({ token: async () => `${tokens.shift()}\n` })
    await comesTo('first')
    expect(server.requests.map(({ authorization }) => authorization)).toEqual([
      'Bearer expired',
      'Bearer token-of-payments',
    ])
  })

  test('waits for a token that cannot be had', async () => {
    server.publish(documentFor('first'))
    let mayHave = false
    begin({
      token: () => {
        if (!mayHave) throw new Error('ENOENT')
        return server.token
      },
    })
    await error(/there is no token: ENOENT/)
    mayHave = true
    await comesTo('first')
  })

  test('that is silent is given up', async () => {
    server.publish(documentFor('first'))
    begin({ idleTimeoutMs: 30 })
    await comesTo('first')
    await server.asked(3)
    expect(agentOf(source)).toBe('first')
  })

  test('whose answer never begins is given up', async () => {
    server.answer = () => {}
    begin({ idleTimeoutMs: 30 })
    await server.asked(2)
    await error(/nothing came for 30 ms/)
  })

  test.each<[string, (response: ServerResponse) => void, RegExp]>([
    ['says who may not', (response) => void response.writeHead(401).end(), /answered 401/],
    [
      'is a page',
      (response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('{}'),
      /without an event stream/,
    ],
    [
      'is packed',
      (response) =>
        void response
          .writeHead(200, { 'content-type': 'text/event-stream', 'content-encoding': 'gzip' })
          .end('x'),
      /answered in gzip/,
    ],
    ['is broken off', (response) => void response.destroy(), /ECONNRESET/],
    [
      'never ends an event',
      (response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' })
        response.write(`data: ${'x'.repeat(5000)}`)
      },
      /longer than 5000 bytes/,
    ],
  ])('whose answer %s is told and tried again', async (_, answer, why) => {
    server.publish(documentFor('first'))
    server.answer = answer
    begin({ documentBytesMax: 5000 })
    await error(why)
    server.answer = undefined
    await comesTo('first')
    await noError()
  })

  test('does not follow a redirect, which would carry the token along', async () => {
    const asked = vi.fn()
    const elsewhere = createServer((request, response) => {
      asked(request.headers)
      response.end()
    })
    await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve))
    const { port } = elsewhere.address() as AddressInfo
    server.answer = (response) =>
      void response.writeHead(307, { location: `http://127.0.0.1:${port}/` }).end()
    begin()
    await error(/answered 307: a redirect/)
    await server.asked(3)
    expect(asked).not.toHaveBeenCalled()
    await new Promise((resolve) => elsewhere.close(resolve))
  })

  test('passes over other events', async () => {
    begin()
    const told: (string | undefined)[] = []
    source.onChange(() => void told.push(agentOf(source)))
    await server.asked(1)
    const fieldsOf = (agent: string) =>
      `id: ${revisionOf(documentFor(agent))}\ndata: ${JSON.stringify(documentFor(agent))}\n\n`
    server.write(`: hello\n\nevent: hint\n${fieldsOf('hint')}${fieldsOf('message')}event: policy\nid: 1\n\n`)
    server.write(`event: policy\n${fieldsOf('first')}`)
    await comesTo('first')
    expect(told).toEqual(['first'])
    await noError()
  })

  test('lasts as long as something comes', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    server.publish(documentFor('agent-0'))
    begin({ idleTimeoutMs: 1000 })
    await comesTo('agent-0')
    for (let i = 1; i < 4; i++) {
      vi.advanceTimersByTime(900)
      server.publish(documentFor(`agent-${i}`))
      await comesTo(`agent-${i}`)
    }
    expect(server.requests).toHaveLength(1)
  })

  test.each<[string, string]>([
    ['another revision', `id: ${revisionOf(documentFor('other'))}\n`],
    ['none', ''],
  ])('brings no policy under %s', async (_, id) => {
    server.publish(documentFor('first'))
    begin()
    await comesTo('first')
    server.write(`event: policy\n${id}data: ${JSON.stringify(documentFor('second'))}\n\n`)
    await error(/brings the policy sha256:/)
    expect(agentOf(source)).toBe('first')
  })

  test('is asked for all of it after what could not be read, so that it heals by itself', async () => {
    server.publish(documentFor('first'))
    begin()
    await comesTo('first')
    server.write('event: policy\nid: 1\ndata: {}\n\n')
    await error(/policy:1:1 /)
    server.cut()
    await server.asked(2)
    expect(server.requests[1]).not.toHaveProperty('last-event-id')
    await noError()
    expect(agentOf(source)).toBe('first')
  })
})

describe('the pause before another try', () => {
  /** What timers are asked for, with each firing at once. */
  const pauses = async (count: number, retry?: string): Promise<number[]> => {
    const asked: number[] = []
    const real = globalThis.setTimeout
    vi.spyOn(globalThis, 'setTimeout').mockImplementation(((run: () => void, ms = 0) => {
      if (ms >= 100 && ms <= 3000) asked.push(ms)
      return real(run, ms >= 100 && ms <= 3000 ? 0 : ms)
    }) as typeof setTimeout)
    server.answer = (response) => {
      if (retry === undefined) return void response.writeHead(503).end()
      response.writeHead(200, { 'content-type': 'text/event-stream' }).end(retry)
    }
    begin({ retryMinMs: 200, retryMaxMs: 3000, idleTimeoutMs: 60_000, random: () => 0 })
    await server.asked(count + 1)
    vi.restoreAllMocks()
    return asked.slice(0, count)
  }

  test('grows to its limit', async () => {
    expect(await pauses(7)).toEqual([100, 200, 400, 800, 1500, 1500, 1500])
  })

  test.each([
    ['retry: 1000\n\n', 500],
    ['retry: 1\n\n', 100],
    ['retry: 99999999999999999999999999\n\n', 1500],
  ])('is what the stream asks for within bounds: %j', async (retry, ms) => {
    expect(await pauses(2, retry)).toEqual([ms, ms])
  })
})

describe('a fallback', () => {
  test('is in force until the stream has brought a policy', async () => {
    server.answer = (response) => void response.writeHead(503).end()
    begin({ fallback: staticPolicy(documentFor('file')) })
    expect(agentOf(source)).toBe('file')
    await error(/answered 503/)
    expect(source.status()).toMatchObject({ revision: revisionOf(documentFor('file')) })
    server.publish(documentFor('first'))
    server.answer = undefined
    await comesTo('first')
    server.cut()
    await server.asked(3)
    expect(agentOf(source)).toBe('first')
  })

  test('that changes is told of while it is in force, and closed with the source', async () => {
    const fallback = await createPolicyServer()
    fallback.publish(documentFor('file'))
    server.answer = (response) => void response.writeHead(503).end()
    begin({ fallback: httpPolicy({ url: fallback.url, token: fallback.token }) })
    await comesTo('file')
    fallback.publish(documentFor('file-2'))
    await comesTo('file-2')
    server.publish(documentFor('first'))
    server.answer = undefined
    await comesTo('first')
    await source.close()
    await fallback.close()
  })
})

describe('a policy that may not be stale', () => {
  let now: number
  const clock = () => now
  const limits = { maxStalenessMs: 10_000, clock }
  beforeEach(() => {
    now = Date.parse('2026-06-01T12:00:00Z')
  })

  test('is none when its stream was away for too long, and is back with it', async () => {
    server.publish(documentFor('first'))
    begin(limits)
    await comesTo('first')
    server.answer = (response) => void response.writeHead(503).end()
    server.cut()
    now += 10_000
    expect(agentOf(source)).toBe('first')
    now += 1
    expect(source.current()).toBe(undefined)
    await comesTo(undefined)
    expect(source.status()).toMatchObject({
      revision: '',
      lastError: expect.stringMatching(/has said nothing/),
    })
    server.answer = undefined
    await comesTo('first')
    await noError()
    expect(source.status().revision).toBe(revisionOf(documentFor('first')))
  })

  test('is told of when it ends and when it is back', async () => {
    server.publish(documentFor('first'))
    begin({ ...limits, maxStalenessMs: 50 })
    await comesTo('first')
    const told: (string | undefined)[] = []
    source.onChange(() => void told.push(agentOf(source)))
    now += 51
    await vi.waitFor(() => expect(told).toEqual([undefined]))
    server.write(': still here\n\n')
    await vi.waitFor(() => expect(told).toEqual([undefined, 'first']))
  })

  test('is another when the stream brings one after a silence that nobody noticed', async () => {
    server.publish(documentFor('first'))
    begin(limits)
    await comesTo('first')
    const told: (string | undefined)[] = []
    source.onChange(() => void told.push(agentOf(source)))
    now += 10_001
    server.publish(documentFor('second'))
    await vi.waitFor(() => expect(told).toContain('second'))
    expect(told.at(-1)).toBe('second')
  })

  test('lasts while comments come', async () => {
    server.publish(documentFor('first'))
    begin(limits)
    await comesTo('first')
    for (let i = 0; i < 5; i++) {
      now += 9000
      server.write(`: ${i}\n\n`)
      // The next event has come through the same stream, so the comment has.
      server.publish(documentFor(`agent-${i}`))
      await comesTo(`agent-${i}`)
    }
  })

  test('is none when what came last could not be read, however lively the stream', async () => {
    server.publish(documentFor('first'))
    begin(limits)
    await comesTo('first')
    now += 6000
    server.write('event: policy\nid: 1\ndata: {}\n\n: still here\n\n')
    await error(/policy:1:1 /)
    expect(agentOf(source)).toBe('first')
    now += 6000
    expect(source.current()).toBe(undefined)
    server.publish(documentFor('second'))
    await comesTo('second')
  })

  test('is no fallback either, when nothing ever came', async () => {
    server.answer = (response) => void response.writeHead(503).end()
    begin({ ...limits, fallback: staticPolicy(documentFor('file')) })
    expect(agentOf(source)).toBe('file')
    now += 10_001
    expect(source.current()).toBe(undefined)
  })
})

describe('a url', () => {
  test.each([
    ['http://control-plane.example/policy', /by https/],
    ['http://127.0.0.1.example/policy', /by https/],
    ['https://user:secret@control-plane.example/', /without credentials/],
    ['ftp://127.0.0.1/', /of http or https/],
    ['policy', /of http or https/],
  ])('%s is refused', (url, message) => {
    expect(() => httpPolicy({ url, token: 'x' })).toThrow(message)
  })

  test.each([
    ['https://control-plane.example/', false],
    ['http://[::1]:1/', false],
    ['http://localhost:1/', false],
    ['http://control-plane.example/', true],
  ])('%s is taken', async (url, allowPlainHttp) => {
    // Closed before anything is asked.
    await httpPolicy({ url, token: () => Promise.reject(new Error('none')), allowPlainHttp }).close()
  })
})

test('a source keeps no process alive', async () => {
  server.publish(documentFor('first'))
  const script = `
    const { httpPolicy } = await import(${JSON.stringify(new URL('http-policy.ts', import.meta.url).href)})
    const source = httpPolicy({ url: ${JSON.stringify(server.url)}, token: ${JSON.stringify(server.token)} })
    const busy = setInterval(() => {}, 1000)
    source.onChange(() => {
      console.log(source.status().revision)
      clearInterval(busy)
    })
  `
  const run = ['--conditions=@mcp-sentinel/source', '--input-type=module', '--eval', script]
  const { stdout } = await promisify(execFile)(process.execPath, run, { timeout: 20_000 })
  expect(stdout).toBe(`${revisionOf(documentFor('first'))}\n`)
})
