import fc from 'fast-check'
import type { MCPAccessGrant } from '../kinds/mcp-access-grant.ts'
import type { MCPServer } from '../kinds/mcp-server.ts'

const record = <T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }) => fc.record(model, { requiredKeys: [] })
const aPort = fc.constantFrom(8088, 8091, 9000)
const aCount = fc.integer({ min: 0, max: 3 })
const aSecret = [{ name: 'KEY', secretKeyRef: { name: 'secret', key: 'key' } }]
const aName = fc.constantFrom('', 'somebody')

/** Parts of a server's spec that speak about each other: each is right by itself. */
export const interlockedServers = record({
  port: aPort,
  replicas: aCount,
  gateway: record({ enabled: fc.boolean(), port: aPort }),
  analytics: record({ enabled: fc.boolean(), disabled: fc.boolean() }),
  rollout: record({ strategy: fc.constantFrom('Recreate', 'Canary'), canaryReplicas: aCount }),
  envFromSecret: fc.constant(aSecret),
  secretEnvVars: fc.constant(aSecret),
}) as fc.Arbitrary<Partial<MCPServer['spec']>>

export const subjects = record({ humanID: aName, agentID: aName, teamID: aName })

const anInstant = fc.constantFrom(
  '',
  '2026-01-01T00:00:00Z',
  '2026-01-01T01:00:00+01:00',
  '2026-01-01T00:00:00.5Z',
)
const recorded = fc.array(
  fc.record(
    {
      pointer: fc.constantFrom('/a', '/b'),
      as: fc.constantFrom('digest', 'value'),
      redact: fc.constant<string[]>(['/c']),
    },
    { requiredKeys: ['pointer'] },
  ),
  { maxLength: 2 },
)

/** Of a grant's, likewise. */
export const interlockedGrants = fc.record(
  {
    subject: subjects,
    notBefore: anInstant,
    notAfter: anInstant,
    toolRules: fc.array(
      fc.record(
        { name: fc.constantFrom('a', 'b', 'a*'), record: record({ arguments: recorded, result: recorded }) },
        { requiredKeys: ['name'] },
      ),
      { maxLength: 2 },
    ),
  },
  { requiredKeys: ['subject'] },
) as fc.Arbitrary<Partial<MCPAccessGrant['spec']>>
