import { compile, evaluate } from '@mcp-sentinel/policy'
import { revisionOf } from '@mcp-sentinel/policy/revision'
import { parsePolicy } from '@mcp-sentinel/policy/schema'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { grantOn, serverNamed, sessionOn } from './contract-tests/resources.ts'
import { parseResource } from './parse.ts'
import { endedKeptMs } from './render/candidate.ts'
import { renderPolicy } from './render-policy.ts'

const now = Date.parse('2026-06-15T12:00:00Z')
const tools = ['read_it', 'drop_it']
const aName = fc.stringMatching(/^[a-z][a-z0-9]{0,4}$/)
const anInstant = fc
  .integer({ min: -100, max: 100 })
  .map((hours) => new Date(now + hours * 3_600_000).toISOString())
const maybe = <T>(one: fc.Arbitrary<T>) => fc.option(one, { nil: undefined })
const trust = fc.constantFrom('low' as const, 'medium' as const, 'high' as const)
const aSubject = fc.record({ agentID: fc.constantFrom('a', 'b'), teamID: maybe(fc.constantFrom('t', 'u')) })
/** Some of them are no pattern, and some conditions no condition. */
const aRule = fc.record({
  name: fc.constantFrom(...tools, '*', 'dr*', 'd*p'),
  decision: maybe(fc.constantFrom('allow' as const, 'deny' as const)),
  requiredTrust: maybe(trust),
  when: maybe(
    fc.array(
      fc.record({
        pointer: fc.constantFrom('/x', 'x'),
        op: fc.constantFrom('lte' as const, 'matches' as const),
        value: fc.constantFrom<string | number>(5, '(', '^a$'),
      }),
      { maxLength: 2 },
    ),
  ),
})
const aNamespace = fc.constantFrom('home', 'home', 'home', 'away')
const aRef = fc.record({ name: fc.constantFrom('s', 's', 's', 'other'), namespace: maybe(aNamespace) })
const aGrant = fc
  .record({
    name: aName,
    namespace: aNamespace,
    spec: fc.record({
      serverRef: aRef,
      subject: aSubject,
      maxTrust: maybe(trust),
      allowedSideEffects: maybe(fc.uniqueArray(fc.constantFrom('read' as const, 'destructive' as const))),
      disabled: maybe(fc.boolean()),
      notAfter: maybe(anInstant),
      toolRules: maybe(fc.array(aRule, { maxLength: 3 })),
    }),
  })
  .map(({ name, namespace, spec }) => grantOn('s', name, spec, namespace))
const aSession = fc
  .record({
    name: aName,
    namespace: aNamespace,
    spec: fc.record({
      serverRef: aRef,
      subject: aSubject,
      consentedTrust: maybe(trust),
      revoked: maybe(fc.boolean()),
      expiresAt: maybe(fc.oneof(anInstant, fc.constant('never'))),
      issuedAt: maybe(anInstant),
    }),
  })
  .map(({ name, namespace, spec }) => sessionOn('s', name, spec, namespace))
const aServer = fc
  .record({
    disabled: maybe(fc.boolean()),
    teamID: maybe(fc.constant('t')),
    policy: maybe(fc.record({ mode: maybe(fc.constantFrom('observe' as const, 'allow-list' as const)) })),
    session: maybe(fc.record({ required: maybe(fc.boolean()), maxLifetime: maybe(fc.constant('24h')) })),
  })
  .map((spec) =>
    serverNamed('s', {
      ...spec,
      tools: tools.map((name) => ({ name, sideEffect: name === 'read_it' ? 'read' : 'destructive' })),
    }),
  )
const keyOf = ({
  metadata,
}: {
  readonly metadata: { readonly namespace?: string | undefined; readonly name: string }
}) => `${metadata.namespace}/${metadata.name}`
const aWorld = fc.record({
  server: aServer,
  grants: fc.uniqueArray(aGrant, { selector: keyOf, maxLength: 8 }),
  sessions: fc.uniqueArray(aSession, { selector: keyOf, maxLength: 8 }),
  bytesMax: fc.constantFrom(900_000, 900_000, 4000, 1500, 200),
})
const lawful = (law: Parameters<typeof fc.property<[Drawn]>>[1]) =>
  fc.assert(fc.property(aWorld, law), { numRuns: 500 })
type Drawn = typeof aWorld extends fc.Arbitrary<infer T> ? T : never

const rendered = ({ server, grants, sessions, bytesMax }: Drawn) =>
  renderPolicy(server, grants, sessions, now, { bytesMax })

test('what is rendered parses without issues, is sorted, stamped with its revision, and fits', () => {
  lawful((world) => {
    const { document, text } = rendered(world)
    const parsed = parsePolicy(JSON.parse(text))
    expect(parsed.ok ? [] : parsed.issues).toEqual([])
    expect(document.revision).toBe(revisionOf(document))
    for (const entries of [document.grants ?? [], document.sessions ?? []]) {
      const names = entries.map(({ name }) => name)
      expect(names).toEqual([...names].sort())
    }
    if (document.server.disabled !== true) expect(text.length).toBeLessThanOrEqual(world.bytesMax)
  })
})

test('the order of the inputs is irrelevant, and equal input gives equal bytes', () => {
  lawful((world) => {
    const turned = {
      ...world,
      grants: structuredClone(world.grants).reverse(),
      sessions: structuredClone(world.sessions).reverse(),
    }
    expect(rendered(turned)).toEqual(rendered(world))
    expect(rendered(turned).text).toBe(rendered(world).text)
  })
})

test('what others grant on a server of mine changes nothing', () => {
  fc.assert(
    fc.property(aWorld, aGrant, (world, grant) => {
      const foreign = grantOn('s', `foreign-${grant.metadata.name}`, grant.spec, 'away')
      expect(rendered({ ...world, grants: [...world.grants, foreign] }).text).toBe(rendered(world).text)
    }),
    { numRuns: 300 },
  )
})

test('a revoked session is in the policy for as long as it could be live', () => {
  lawful((world) => {
    const { document } = rendered({ ...world, bytesMax: 900_000 })
    for (const { metadata, spec } of world.sessions) {
      const isOwn =
        metadata.namespace === 'home' && spec.serverRef.name === 's' && spec.serverRef.namespace !== 'away'
      const isOver = spec.expiresAt !== undefined && !(Date.parse(spec.expiresAt) + endedKeptMs > now)
      const isTooOld =
        world.server.spec.session?.maxLifetime !== undefined &&
        spec.issuedAt !== undefined &&
        Date.parse(spec.issuedAt) + 24 * 3_600_000 + endedKeptMs <= now
      if (!isOwn || isOver || isTooOld || spec.revoked !== true) continue
      expect(document.sessions).toContainEqual(
        expect.objectContaining({ name: metadata.name, revoked: true }),
      )
    }
  })
})

const subjects = ['a', 'b'].flatMap((agent) => ['t', 'u'].map((team) => ({ agent, team })))
const calls = subjects.flatMap((subject) =>
  tools.flatMap((target) =>
    [undefined, { x: 4 }, { x: 'a' }].map((args) => ({
      ...subject,
      method: 'tools/call',
      target,
      arguments: args,
    })),
  ),
)
const admits = (world: Drawn): readonly boolean[] => {
  const policy = compile(rendered(world).document)
  return calls.map((call) => evaluate(policy, call, now).allowed)
}

test('leaving out for want of room or of sense never admits more', () => {
  lawful((world) => {
    const optional = { ...world, server: serverNamed('s', { tools: world.server.spec.tools }) }
    const sound = optional.grants.filter((grant) => parseResource(JSON.parse(JSON.stringify(grant))).ok)
    const most = admits({ ...optional, grants: sound, bytesMax: 900_000 })
    for (const [index, isAllowed] of admits(optional).entries()) if (isAllowed) expect(most[index]).toBe(true)
  })
})
