import { startV1Fixture } from '@mcp-sentinel/fixture-servers/v1'
import { startV2Fixture } from '@mcp-sentinel/fixture-servers/v2'
import { definitionDigest } from '@mcp-sentinel/gateway-middleware'
import { staticPolicy } from '@mcp-sentinel/gateway-middleware/static-policy'
import { expect, onTestFinished, test, vi } from 'vitest'
import { listTools } from './list-tools.ts'
import { createLiveDefinitions } from './live-definitions.ts'

const digest = `sha256:${'0'.repeat(64)}`
const pinning = staticPolicy({
  schema_version: 'v2',
  server: { name: 's' },
  tools: [{ name: 'echo', definition_digest: digest }],
})

test.each([
  ['SDK v1, legacy', startV1Fixture],
  ['SDK v2, modern', startV2Fixture],
])('a server is asked for its tools: %s', async (_, start) => {
  const fixture = await start()
  onTestFinished(fixture.close)
  const tools = (await listTools({ url: fixture.url, timeoutMs: 5_000 })) as { readonly name: string }[]
  expect(tools.map(({ name }) => name)).toContain('echo')
  expect(definitionDigest(tools[0])).toMatch(/^sha256:[0-9a-f]{64}$/)
})

test('a server that does not answer tells nothing', async () => {
  await expect(listTools({ url: 'http://127.0.0.1:1/mcp', timeoutMs: 1_000 })).rejects.toThrow()
})

const live = (answers: (() => Promise<readonly unknown[]>)[]) => {
  const errors: unknown[] = []
  const definitions = createLiveDefinitions({
    policy: pinning,
    list: () => (answers.shift() as () => Promise<readonly unknown[]>)(),
    intervalMs: 60_000,
    report: (error) => errors.push(error),
  })
  onTestFinished(definitions.close)
  return { definitions, errors }
}
const tool = (description: string) => ({ name: 'echo', description })

test('what was heard is not believed from the moment that the list has changed', async () => {
  const second = Promise.withResolvers<readonly unknown[]>()
  const { definitions } = live([async () => [tool('a')], () => second.promise])
  await vi.waitFor(() => expect(definitions.digestOf('echo')).toBe(definitionDigest(tool('a'))))
  definitions.changed()
  expect(definitions.digestOf('echo')).toBeUndefined()
  second.resolve([tool('b')])
  await vi.waitFor(() => expect(definitions.digestOf('echo')).toBe(definitionDigest(tool('b'))))
})

test('an answer from before a change counts for nothing', async () => {
  const first = Promise.withResolvers<readonly unknown[]>()
  const { definitions } = live([() => first.promise, async () => [tool('b')]])
  definitions.changed()
  first.resolve([tool('a')])
  await vi.waitFor(() => expect(definitions.digestOf('echo')).toBe(definitionDigest(tool('b'))))
})

test('a server that falls silent is not trusted with what it said before', async () => {
  const { definitions, errors } = live([async () => [tool('a')], () => Promise.reject(new Error('gone'))])
  await vi.waitFor(() => expect(definitions.digestOf('echo')).toBeDefined())
  definitions.changed()
  await vi.waitFor(() => expect(errors).toHaveLength(1))
  expect(definitions.digestOf('echo')).toBeUndefined()
})
