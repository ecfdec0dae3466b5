import { readFileSync } from 'node:fs'
import { createMetrics, variablesTable } from '@mcp-sentinel/service'
import { expect, it } from 'vitest'
import type { Carrier } from './carrier.ts'
import { config } from './config.ts'
import { deadReasons } from './decode.ts'
import { createProcessorMetrics } from './processor-metrics.ts'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')

it('tells the variables', () => expect(readme).toContain(variablesTable(config.variables)))

it('tells the reasons of dead letters', () => {
  const told = readme.slice(readme.indexOf('| `dead_reason`'), readme.indexOf('A dead letter also has'))
  expect([...told.matchAll(/^\| `(\w+)` \| (?!when)/gm)].map(([, reason]) => reason)).toEqual(deadReasons)
})

it('tells the metrics', async () => {
  const metrics = createMetrics({ withProcess: false })
  const idle: Carrier = {
    oldestPendingMs: () => undefined,
    oldestReadMs: () => undefined,
    isIntakePaused: () => false,
    intakeTransitions: () => 0,
    lag: async () => 0,
    close: async () => {},
  }
  createProcessorMetrics({ metrics, logRetentionMs: 1_000, clock: Date.now }).watch(idle)
  const names = (await metrics.registry.getMetricsAsJSON()).map(({ name }) => name)
  for (const name of names.filter((one) => one.startsWith('processor_')))
    expect(readme).toContain(`\`${name}\``)
})
