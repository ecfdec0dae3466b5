import { readFileSync } from 'node:fs'
import { createMetrics, variablesTable } from '@mcp-sentinel/service'
import { expect, test } from 'vitest'
import { config } from './config.ts'
import { counted, watchGateway } from './gateway-metrics.ts'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')

test('tells the variables', () => expect(readme).toContain(variablesTable(config.variables)))

test('tells the metrics', async () => {
  const metrics = createMetrics({ withProcess: false })
  counted({ record: () => {} }, metrics)
  const policy = {
    current: () => undefined,
    onChange: () => () => {},
    status: () => ({ revision: '', loadedAt: undefined, lastError: undefined }),
    close: async () => {},
  }
  watchGateway(metrics, { policy, openCalls: () => 0 })
  const names = (await metrics.registry.getMetricsAsJSON()).map(({ name }) => name)
  for (const name of names.filter((one) => one.startsWith('mcp_gateway_')))
    expect(readme).toContain(`\`${name}\``)
})
