import { startV1Fixture } from '@mcp-sentinel/fixture-servers/v1'
import { startV2Fixture } from '@mcp-sentinel/fixture-servers/v2'
import { aiSdk } from './clients/ai-sdk.ts'
import { type Arrangement, arrangements } from './clients/arrangements.ts'
import type { Driver, Era } from './clients/driver.ts'
import { inspectorLegacy, inspectorModern } from './clients/inspector.ts'
import { mcpRemote } from './clients/mcp-remote.ts'
import { type Row, rowOf } from './clients/probes.ts'
import { identityHeaders } from './clients/refusing-policy.ts'
import { sdkV1 } from './clients/sdk-v1.ts'
import { sdkV2Legacy, sdkV2Modern } from './clients/sdk-v2.ts'

const drivers = [sdkV1, sdkV2Legacy, sdkV2Modern, inspectorLegacy, inspectorModern, mcpRemote, aiSdk]
const servers = [
  { name: 'SDK v1', start: startV1Fixture, eras: ['legacy'] },
  { name: 'SDK v2', start: startV2Fixture, eras: ['modern', 'legacy'] },
] as const

const columns = ['list', 'allowed', 'elicitation', 'progress', 'cancel', 'denied'] as const
const versions = { legacy: '2025-11-25', modern: '2026-07-28' }

interface Seen {
  readonly row: Row
  /** The protocol version that the server was spoken to in. */
  readonly wire: string
  readonly reached: boolean
}

const rowAt = async (
  arrangement: Arrangement,
  driver: Driver,
  start: typeof startV1Fixture,
  era: Era,
): Promise<Seen> => {
  const { calls, ...fixture } = await start({ guards: arrangement.guards ?? {} })
  const between = await arrangement.start?.(fixture.url)
  try {
    const row = await rowOf(driver, era, between?.url ?? fixture.url, calls, identityHeaders)
    return {
      row,
      wire: String(calls[0]?.headers['mcp-protocol-version']),
      reached: calls.some(({ name }) => name === 'erase'),
    }
  } finally {
    await between?.close()
    await fixture.close()
  }
}

let failed = 0
let passed = 0
const cellMax = 90
const line = (cells: readonly string[]): void =>
  console.log(cells.map((cell, at) => cell.slice(0, cellMax).padEnd(at < 2 ? 18 : 12)).join(' '))

/** Says what was seen, and below it what should have been. */
const show = (arrangement: Arrangement, server: string, { name }: Driver, era: Era, seen: Seen): void => {
  const { row, wire, reached } = seen
  const { listed, permitted, denied } = arrangement
  line([server, name, wire, ...columns.map((column) => row[column])])
  const holds: Readonly<Record<string, boolean>> = {
    [`speaks ${versions[era]}`]: wire === versions[era],
    [permitted ? 'the server erased' : 'the server did not erase']: reached === permitted,
    [listed ? 'finds erase in the list' : 'finds a list without erase']:
      row.list === (listed ? 'ok, erase' : 'ok'),
    [`is told ${denied}`]: denied.test(row.denied),
    ...Object.fromEntries(
      (['allowed', 'elicitation', 'progress', 'cancel'] as const).map((column) => [
        `${column} is as it should be`,
        row[column] === 'ok' || row[column] === '-',
      ]),
    ),
  }
  for (const [what, isSo] of Object.entries(holds)) {
    if (isSo) passed += 1
    else failed += 1
    if (!isSo) console.log(`FAILED: ${what}`)
  }
}

for (const arrangement of arrangements) {
  console.log(`\n${arrangement.name}`)
  line(['server', 'client', 'on the wire', ...columns])
  for (const { name, start, eras } of servers)
    for (const driver of drivers) {
      const era = eras.find((one) => driver.eras.includes(one))
      if (era) show(arrangement, name, driver, era, await rowAt(arrangement, driver, start, era))
    }
}
console.log(`\n${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1
