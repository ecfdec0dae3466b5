import { readdirSync, readFileSync } from 'node:fs'
import { type Endpoint, endpoints, type Groups } from '@mcp-sentinel/contract'
import { createLogger } from '@mcp-sentinel/service'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { createApi } from './api.ts'
import { authenticateCallers } from './contract-tests/callers.ts'
import { promisedBeside, promisedEndpoints } from './contract-tests/promised-endpoints.ts'
import { promisedFields } from './contract-tests/promised-fields.ts'

const groups: Groups = endpoints
const all = new Map(
  Object.entries(groups).flatMap(([group, members]) =>
    Object.entries(members).map(([name, endpoint]): [string, Endpoint] => [`${group}.${name}`, endpoint]),
  ),
)

/** Texts of the tests, by their files: what a test is called names the endpoint. */
const source = new URL('.', import.meta.url)
const tests = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.test.ts') && file !== 'promises.test.ts')
  .sort((a, b) => Number(b.startsWith('routes/')) - Number(a.startsWith('routes/')) || (a < b ? -1 : 1))
  .map((file) => ({ file, text: readFileSync(new URL(file, source), 'utf8') }))
const testsOf = (id: string): readonly string[] => {
  const named = new RegExp(`['"\`][^'"\`\\n]*\\b${id.replace('.', '\\.')}\\b`)
  return tests.filter(({ text }) => named.test(text)).map(({ file }) => file)
}

it.each(Object.entries(promisedEndpoints))('%s is %s', (promise, id) => {
  const endpoint = all.get(id)
  expect(`${endpoint?.method} ${endpoint?.path}`).toBe(promise)
})

it.each(promisedBeside)('%s is served beside the contract', async (url) => {
  const { app } = createApi({
    authenticate: authenticateCallers,
    logger: createLogger({ service: 'api-test', level: 'silent' }),
    version: '1.2.3',
  })
  expect((await app.inject(url)).statusCode).toBe(200)
})

it.each([...all.keys()])('a test is named after %s', (id) => {
  expect(testsOf(id)).not.toEqual([])
})

it('lists each endpoint with its test; `vitest -u` writes the list anew', async () => {
  const promised = new Set(Object.values(promisedEndpoints))
  const rows = [...all].map(
    ([id, { method, path, deprecated }]) =>
      `| \`${method}\` | \`/api${path}\` | ${id} | ${promised.has(id) ? 'yes' : ''}${deprecated === undefined ? '' : ', older'} | ${testsOf(id)[0]} |`,
  )
  const head = ['| | path | endpoint | promised at first | test |', '|---|---|---|---|---|']
  const text = `# Endpoints of the API, and their tests\n\n${[...head, ...rows].join('\n')}\n`
  await expect(text).toMatchFileSnapshot('../ENDPOINTS.md')
})

/** `a.{b c[].d} e` as `a.b`, `a.c[].d`, `e`. */
const pathsIn = (text: string): readonly string[] => {
  const paths: string[] = []
  for (const [, prefix = '', members, plain] of text.matchAll(/(\S+)\.\{((?:[^{}]|\{[^{}]*\})*)\}|(\S+)/g))
    if (plain !== undefined) paths.push(plain)
    else paths.push(...pathsIn(members ?? '').map((path) => `${prefix}.${path}`))
  return paths
}

interface Schema {
  readonly type?: string
  readonly properties?: Readonly<Record<string, Schema>>
  readonly items?: Schema
  readonly anyOf?: readonly Schema[]
}
const has = (schema: Schema | undefined, steps: readonly string[]): boolean => {
  const [step, ...rest] = steps
  if (schema === undefined) return false
  if (schema.anyOf !== undefined) return schema.anyOf.some((one) => has(one, steps))
  if (step === undefined) return true
  return step === '[]' ? has(schema.items, rest) : has(schema.properties?.[step], rest)
}

it.each(Object.entries(promisedFields))('%s answers all that was promised', (id, text) => {
  const response = all.get(id)?.response
  const schema = response && (z.toJSONSchema(response, { unrepresentable: 'any' }) as Schema)
  const missing = pathsIn(text).filter((path) => !has(schema, path.replaceAll('[]', '.[]').split('.')))
  expect(missing).toEqual([])
})

it('says of each promised endpoint what it answers', () => {
  const silent = Object.values(promisedEndpoints).filter((id) => all.get(id)?.response !== undefined)
  expect(silent.filter((id) => !(id in promisedFields))).toEqual([
    'keys.revokeByPost',
    'keys.revokeCredentialByPost',
  ])
})
