import { readFileSync } from 'node:fs'
import { heldPolicy } from '@mcp-sentinel/gateway-middleware/held-policy'
import { createMetrics, variablesTable } from '@mcp-sentinel/service'
import { expect, test } from 'vitest'
import { config } from './config.ts'
import { counted, watchGateway } from './gateway-metrics.ts'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')

test('tells the variables', () => expect(readme).toContain(variablesTable(config.variables)))

test('tells the metrics', async () => {
  const metrics = createMetrics({ withProcess: false })
  counted({ record: () => {} }, metrics)
  watchGateway(metrics, { policy: heldPolicy(), openCalls: () => 0 })
  const names = (await metrics.registry.getMetricsAsJSON()).map(({ name }) => name)
  for (const name of names.filter((one) => one.startsWith('mcp_gateway_')))
    expect(readme).toContain(`\`${name}\``)
})
