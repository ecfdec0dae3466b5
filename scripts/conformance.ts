import { startV1Fixture } from '@mcp-sentinel/fixture-servers/v1'
import { startV2Fixture } from '@mcp-sentinel/fixture-servers/v2'
import { countOf, differences, type Results } from './conformance/results.ts'
import { runSuite } from './conformance/suite.ts'
import type { Target } from './conformance/target.ts'
import { targets } from './conformance/targets.ts'

const servers = [
  { name: 'SDK v1', start: startV1Fixture, requirements: ['2025-11-25'] },
  { name: 'SDK v2', start: startV2Fixture, requirements: ['2025-11-25', '2026-07-28'] },
]
const direct: Target = { name: 'direct' }

const names = process.argv.slice(2)
const unknown = names.filter((name) => !targets.some((target) => target.name === name))
if (unknown.length > 0) {
  console.error(
    `No target called ${unknown.join(', ')}. There are: ${targets.map(({ name }) => name).join(', ')}`,
  )
  process.exit(2)
}
const chosen = names.length === 0 ? targets : targets.filter(({ name }) => names.includes(name))

let passed = 0
let failed = 0
const report = (what: string, { results, seconds }: Measured, faults: readonly string[]): void => {
  if (faults.length === 0) passed += 1
  else failed += 1
  const counts = ['SUCCESS', 'FAILURE', 'WARNING'].map((status) =>
    String(countOf(results, status)).padStart(5),
  )
  console.log(
    `${faults.length === 0 ? 'ok    ' : 'FAILED'} ${what.padEnd(46)}${counts.join('')} ${seconds.toFixed(1).padStart(6)} s`,
  )
  for (const fault of faults) console.log(`         ${fault}`)
}

interface Measured {
  readonly results: Results
  readonly conforms: boolean
  readonly output: string
  readonly seconds: number
}

/** A server for every run, so that none finds what another left. */
const runThrough = async (
  target: Target,
  server: (typeof servers)[number],
  requirements: string,
): Promise<Measured> => {
  const fixture = await server.start({ guards: target.guards ?? {} })
  const between = await target.start?.(fixture.url)
  const began = performance.now()
  try {
    const run = await runSuite(between?.url ?? fixture.url, requirements)
    return { ...run, seconds: (performance.now() - began) / 1000 }
  } finally {
    await between?.close()
    await fixture.close()
  }
}

const faultsDirectly = ({ results, conforms, output }: Measured): string[] =>
  conforms && results.size > 0 ? [] : [`The fixture does not conform:\n${output}`]

const faultsThrough = (reference: Results, { results }: Measured, { mustDiffer = [] }: Target): string[] => {
  const found = differences(reference, results)
  return [
    ...found
      .filter(({ check }) => !mustDiffer.includes(check))
      .map(
        ({ check, direct, through }) =>
          `${check}: ${direct.join() || 'not run'} directly, ${through.join() || 'not run'} here`,
      ),
    ...mustDiffer
      .filter((check) => !found.some((one) => one.check === check))
      .map((check) => `${check}: should differ, and does not`),
  ]
}

console.log(`       ${''.padEnd(46)} pass  fail  warn`)
for (const server of servers)
  for (const requirements of server.requirements) {
    const row = (target: Target): string => `${server.name}, ${requirements}: ${target.name}`
    const reference = await runThrough(direct, server, requirements)
    report(row(direct), reference, faultsDirectly(reference))
    for (const target of chosen) {
      const run = await runThrough(target, server, requirements)
      report(row(target), run, faultsThrough(reference.results, run, target))
    }
  }
console.log(`\n${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1
