import { readFileSync } from 'node:fs'
import { heldPolicy } from '@mcp-sentinel/gateway-middleware/held-policy'
import { compile, evaluate } from '@mcp-sentinel/policy'
import { parsePolicyText } from '@mcp-sentinel/policy/text'
import { createMetrics, variablesTable } from '@mcp-sentinel/service'
import { expect, test } from 'vitest'
import { config } from './config.ts'
import { counted, watchGateway } from './gateway-metrics.ts'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')

test('tells the variables', () => expect(readme).toContain(variablesTable(config.variables)))

test('shows a policy by which the one call is allowed and the other is not', () => {
  const [, text = ''] = /```yaml\n([^`]*)```/.exec(readme) ?? []
  const parsed = parsePolicyText(text)
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.issues))
  const { calls } = /(?<calls>curl [^`]*)```/.exec(readme)?.groups ?? {}
  const callers = [...(calls ?? '').matchAll(/x-mcp-agent-id: ([\w-]+)/g)].map(([, agent]) => agent)
  const request = { method: 'tools/call', target: 'get_invoice' }
  expect(callers.map((agent) => evaluate(compile(parsed.value), { ...request, agent }, 0).reason)).toEqual([
    'allowed',
    'no_matching_grant',
  ])
})

test('tells the metrics', async () => {
  const metrics = createMetrics({ withProcess: false })
  counted({ record: () => {} }, metrics)
  watchGateway(metrics, { policy: heldPolicy(), openCalls: () => 0 })
  const names = (await metrics.registry.getMetricsAsJSON()).map(({ name }) => name)
  for (const name of names.filter((one) => one.startsWith('mcp_gateway_')))
    expect(readme).toContain(`\`${name}\``)
})
