import { hostileRequests, sendHostile } from '@mcp-sentinel/fixture-servers/hostile'
import { startV1Fixture } from '@mcp-sentinel/fixture-servers/v1'
import { startV2Fixture } from '@mcp-sentinel/fixture-servers/v2'
import { createGateway } from '@mcp-sentinel/gateway-middleware'
import { headerIdentity } from '@mcp-sentinel/gateway-middleware/adapters/header-identity'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { inProcessWith } from '../conformance/in-process.ts'
import { sidecarWith } from '../conformance/sidecar.ts'
import type { Target } from '../conformance/target.ts'
import { identityHeaders, refusingPolicy } from './refusing-policy.ts'

const judging = { policy: refusingPolicy('all'), identify: headerIdentity(), denial: 'http' as const }
const gateway = await createGateway({ ...judging, record: () => {} })
const seats: readonly Target[] = [{ name: 'sidecar', start: sidecarWith(judging) }, ...inProcessWith(gateway)]
const servers = [
  { server: 'SDK v1', startServer: startV1Fixture },
  { server: 'SDK v2', startServer: startV2Fixture },
]

/** A server behind a seat that refuses `erase`. */
const started = async (startServer: typeof startV1Fixture, { start, guards = {} }: Target) => {
  const fixture = await startServer({ guards })
  const before = await start?.(fixture.url)
  return {
    url: before?.url ?? fixture.url,
    calls: fixture.calls,
    close: async () => {
      await before?.close()
      await fixture.close()
    },
  }
}

describe.each(seats.flatMap((seat) => servers.map((server) => ({ name: seat.name, seat, ...server }))))(
  '$name before $server',
  ({ seat, startServer }) => {
    let guarded: Awaited<ReturnType<typeof started>>
    beforeAll(async () => {
      guarded = await started(startServer, seat)
    })
    afterAll(() => guarded.close())
    beforeEach(() => {
      guarded.calls.length = 0
    })

    test.each(hostileRequests)('nothing is erased: $name', async (hostile) => {
      await sendHostile(guarded.url, hostile, identityHeaders)
      expect(guarded.calls.map(({ name }) => name).filter((name) => name !== 'echo')).toEqual([])
    })

    test('who may erase, does', async () => {
      const [openly] = hostileRequests
      if (openly) await sendHostile(guarded.url, openly, { 'x-mcp-agent-id': 'another' })
      expect(guarded.calls.map(({ name }) => name)).toEqual(['erase'])
    })
  },
)
