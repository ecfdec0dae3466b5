import { startV1Fixture } from '@mcp-sentinel/fixture-servers/v1'
import { startV2Fixture } from '@mcp-sentinel/fixture-servers/v2'
import { aiSdk } from './clients/ai-sdk.ts'
import type { Driver, Era } from './clients/driver.ts'
import { inspectorLegacy, inspectorModern } from './clients/inspector.ts'
import { mcpRemote } from './clients/mcp-remote.ts'
import { type Row, rowOf } from './clients/probes.ts'
import { sdkV1 } from './clients/sdk-v1.ts'
import { sdkV2Legacy, sdkV2Modern } from './clients/sdk-v2.ts'
import type { Target } from './conformance/targets.ts'

const drivers = [sdkV1, sdkV2Legacy, sdkV2Modern, inspectorLegacy, inspectorModern, mcpRemote, aiSdk]
const servers = [
  { name: 'SDK v1', start: startV1Fixture, eras: ['legacy'] },
  { name: 'SDK v2', start: startV2Fixture, eras: ['modern', 'legacy'] },
] as const

/** What stands between client and server, and what then becomes of the call that a policy would refuse. */
interface Arrangement extends Target {
  readonly headers?: Readonly<Record<string, string>>
  /** What the client is told of it. */
  readonly denied: string
  /** Whether the server carried it out. */
  readonly reached: boolean
}
const arrangements: readonly Arrangement[] = [{ name: 'direct', denied: 'erased', reached: true }]

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
    const row = await rowOf(driver, era, between?.url ?? fixture.url, calls, arrangement.headers)
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
const count = (holds: boolean): void => {
  if (holds) passed += 1
  else failed += 1
}
const line = (cells: readonly string[]): void =>
  console.log(cells.map((cell, at) => cell.padEnd(at < 2 ? 18 : 12)).join(' '))

const show = (arrangement: Arrangement, server: string, { name }: Driver, era: Era, seen: Seen): void => {
  const { row, wire, reached } = seen
  line([server, name, wire, ...columns.map((column) => row[column])])
  count(wire === versions[era])
  count(reached === arrangement.reached)
  count(row.denied === arrangement.denied)
  for (const column of columns) if (column !== 'denied' && row[column] !== '-') count(row[column] === 'ok')
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
