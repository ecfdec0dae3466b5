import { readFileSync } from 'node:fs'
import { gatewayReasons } from '@mcp-sentinel/policy'
import { parsePolicyText } from '@mcp-sentinel/policy/text'
import { expect, test } from 'vitest'
import { nameCharsMax } from './adapters/caller-names.ts'
import { gatewayErrorCodes } from './errors.ts'
import type { Answer, Exchange } from './exchange.ts'
import { createGateway } from './gateway.ts'
import type { Identify } from './identify.ts'
import { listBytesMax } from './listing-body.ts'
import { batchMax } from './message.ts'
import { longAfterMs } from './open-calls.ts'
import type { DenialStyle } from './refusal.ts'
import { scanLimits } from './scanning/walk.ts'
import { staticPolicy } from './static-policy.ts'
import { targetCharsMax } from './target.ts'

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8')
const readme = read('../README.md')

test('shows the policy that its example runs by', () =>
  expect(readme).toContain(`\`\`\`yaml\n${read('policy.examples.yaml')}\`\`\``))

test('shows a rule that can be written so', () => {
  const rules = /```yaml\n(tool_rules:\n[^`]*)```/.exec(readme)?.[1] ?? ''
  const grant = `  - name: g\n    agent_id: a\n${rules.replaceAll(/^/gm, '    ')}`
  const parsed = parsePolicyText(`schema_version: v2\nserver: { name: s }\ngrants:\n${grant}`)
  expect(parsed).toMatchObject({
    ok: true,
    value: { grants: [{ tool_rules: [{ record: { result: [{}] } }] }] },
  })
})

test('tells the codes of errors', () => {
  const table = readme.slice(readme.indexOf('| `code` |'))
  expect([...table.matchAll(/^\| `(\w+)` \| (?!when)/gm)].map(([, code]) => code)).toEqual(gatewayErrorCodes)
})

test('tells the reasons that are no policy’s, with their statuses', () => {
  for (const [reason, status] of Object.entries(gatewayReasons)) {
    // The one is no refusal, the others are of a mode that is not there yet.
    if (reason === 'oauth_metadata' || /spiffe|client_certificate|untrusted_proxy/.test(reason)) continue
    expect(readme.split('\n').find((line) => line.startsWith(`| ${status} |`))).toContain(`\`${reason}\``)
  }
})

test('tells the limits', () => {
  const mebibytes = (bytes: number) => `${bytes / 1024 ** 2} MiB`
  const limits: readonly (readonly [string, string | number])[] = [
    ['bytes of a request (`bodyBytesMax`)', mebibytes(1024 ** 2)],
    ['nesting of a request', scanLimits.depthMax],
    ['values in a request', scanLimits.valuesMax],
    ['numbers in it that a double does not carry', scanLimits.inexactMax],
    ['messages of a batch', batchMax],
    ['characters of a target', targetCharsMax],
    ['characters of a caller’s name', nameCharsMax],
    ['bytes of an answer, or of an event of a stream, that lists are cut out of', mebibytes(listBytesMax)],
    ['open before it is told of', `${longAfterMs / 1000} s`],
  ]
  for (const [what, limit] of limits)
    expect(readme).toContain(`| ${what} | ${limit.toLocaleString('en-US')} |`)
})

test('names every entry', () => {
  const { exports } = JSON.parse(read('../package.json'))
  const entries = Object.keys(exports).filter((entry) => entry !== '.' && entry !== './package.json')
  for (const entry of entries) expect(readme).toContain(`\`${entry.slice(2)}\``)
})

test('names all that an install brings', () => {
  const brought = (name: string): string[] => {
    const folder = name.replace('@mcp-sentinel/', '')
    if (folder === name) return [name]
    const { dependencies = {} } = JSON.parse(read(`../../${folder}/package.json`))
    return [folder, ...Object.keys(dependencies).flatMap(brought)]
  }
  expect([...new Set(brought('@mcp-sentinel/gateway-middleware'))].sort()).toEqual(
    ['events', 'gateway-middleware', 'identity', 'jose', 'policy', 'yaml', 'zod'].sort(),
  )
})

test('tells all that is recorded', async () => {
  const records: object[] = []
  const gateway = await createGateway({
    policy: staticPolicy({ server: { name: 's' } }),
    identify: () => ({ ok: true, caller: {} }),
    record: (record) => records.push(record),
  })
  await gateway.admit(postOf(callOf(1)))
  const members = Object.keys(records[0] ?? {})
  expect(members).toContain('decision')
  for (const member of members) expect(readme).toContain(`\`${member}\``)
})

const callOf = (id?: number) => ({
  jsonrpc: '2.0',
  ...(id === undefined ? {} : { id }),
  method: 'tools/call',
  params: { name: 'x' },
})

interface Situation {
  readonly what: string
  readonly body: object
  readonly identify?: Identify
}

const situations: readonly Situation[] = [
  { what: 'a call of a tool', body: callOf(1) },
  { what: 'another request', body: { ...callOf(1), method: 'prompts/get' } },
  { what: 'a notification', body: callOf() },
  { what: 'what cannot be read', body: [] },
  {
    what: 'one without its token',
    body: callOf(1),
    identify: () => ({ ok: false, reason: 'missing_bearer_token', challenge: 'Bearer' }),
  },
  {
    what: 'one of a session that is another’s',
    body: callOf(1),
    identify: () => ({ ok: false, reason: 'mcp_session_not_found' }),
  },
  {
    what: 'one that could not be recorded',
    body: callOf(1),
    identify: () => ({ ok: false, reason: 'audit_unavailable' }),
  },
]

const postOf = (body: object): Exchange => ({
  method: 'POST',
  path: '/mcp',
  header: (name) => (name === 'content-type' ? 'application/json' : undefined),
  body: { kind: 'bytes', bytes: Buffer.from(JSON.stringify(body)) },
})

const answered = async ({ body, identify }: Situation, denial: DenialStyle): Promise<Answer> => {
  const gateway = await createGateway({
    policy: staticPolicy({ server: { name: 's' }, policy: { governs: ['all'] } }),
    identify: identify ?? (() => ({ ok: true, caller: { agent: 'stranger' } })),
    record: () => {},
    denial,
  })
  const admission = await gateway.admit(postOf(body))
  await gateway.close()
  if (admission.kind === 'passed') throw new Error('it should be refused')
  return admission.answer
}

const spoken = async (situation: Situation, denial: DenialStyle): Promise<string> => {
  const { status, headers, body: answer } = await answered(situation, denial)
  const { error, result } = answer === '' ? {} : JSON.parse(answer)
  const told = error ? `error ${error.code}` : result?.isError ? 'result with `isError`' : 'nothing'
  return `${status}${'www-authenticate' in headers ? ' and a challenge' : ''}, ${told}`
}

test('tells how refusals are spoken', async () => {
  for (const situation of situations) {
    const styles = await Promise.all(
      (['tool-result', 'jsonrpc', 'http'] as const).map((style) => spoken(situation, style)),
    )
    expect(readme).toContain(`| ${[situation.what, ...styles].join(' | ')} |`)
  }
})

test('shows what is answered', async () => {
  const call = { what: 'a call of a tool', body: callOf(1) }
  const shown = async (denial: DenialStyle): Promise<string> =>
    (await answered(call, denial)).body.replace(/"decision_id":"[^"]+"/, '"decision_id":"01a1fe94-…"')
  for (const denial of ['tool-result', 'http'] as const)
    expect(readme).toContain(`\`\`\`json\n${await shown(denial)}\n\`\`\``)
  expect(await shown('jsonrpc')).toBe(await shown('http'))
})
