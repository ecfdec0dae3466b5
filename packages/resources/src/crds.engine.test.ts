import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { clusterAt, pathOf, strict } from './contract-tests/cluster.ts'
import { defaulted } from './contract-tests/defaulted.ts'
import { takenByClusters } from './contract-tests/differences.ts'
import { type Mutant, mutantsOf } from './contract-tests/mutants.ts'
import { refused } from './contract-tests/refused.ts'
import { grantOn, serverNamed, sessionOn } from './contract-tests/resources.ts'
import { interlockedGrants, interlockedServers } from './contract-tests/specs.ts'
import { customResourceDefinitions, schemaOf } from './crds.ts'
import { kinds, parseResource, type Resource } from './parse.ts'
import { readYaml } from './reading/yaml.ts'

const kubeconfig = process.env['KUBE_TEST_CONFIG'] ?? ''

const goldens = new URL('./goldens/', import.meta.url)
const textOf = (file: string): string => readFileSync(new URL(file, goldens), 'utf8')
const objectIn = (file: string): Resource => {
  const read = readYaml(textOf(file))
  if (!read.ok) throw new Error(`${file} is no YAML`)
  return read.value as Resource
}
const everyField = [
  ['MCPServer', 'every-field.yaml'],
  ['MCPAccessGrant', 'every-field-grant.yaml'],
  ['MCPAgentSession', 'every-field-session.yaml'],
] as const
const files = readdirSync(goldens).filter((file) => file.endsWith('.yaml'))

describe.runIf(kubeconfig)('a real API server', () => {
  let cluster: Awaited<ReturnType<typeof clusterAt>>
  beforeAll(async () => {
    cluster = await clusterAt(kubeconfig)
  })
  afterAll(() => cluster?.close())

  /** What it would say, were it asked in earnest. */
  const judged = async (input: unknown) => {
    const { kind } = (input ?? {}) as Partial<Resource>
    const path = pathOf(kinds.find((known) => known === kind) ?? 'MCPServer', cluster.namespace)
    const body = JSON.stringify(inNamespace(input))
    return cluster.ask('POST', path, { query: { ...strict, dryRun: 'All' }, body })
  }
  const inNamespace = (input: unknown): unknown => {
    const { metadata } = (input ?? {}) as Partial<Resource>
    return metadata === undefined
      ? input
      : { ...(input as object), metadata: { ...metadata, namespace: cluster.namespace } }
  }

  test('takes the definitions as they ship, and finds nothing to say about their schemas', () => {
    expect(cluster.definitions).toHaveLength(customResourceDefinitions().length)
    for (const { metadata, status } of cluster.definitions) {
      const told = Object.fromEntries(status.conditions.map((one) => [one.type, one.status]))
      // With `NonStructuralSchema` it would tell of a schema that it cannot prune or default by.
      expect(told, metadata.name).toEqual({ NamesAccepted: 'True', Established: 'True' })
    }
  })

  test.each(files)('takes %s exactly when it is taken here', async (file) => {
    const { status, body } = await judged(objectIn(file))
    expect(status === 201, JSON.stringify(body.message)).toBe(parseResource(objectIn(file)).ok)
  })

  test.each(refused)('as for what is refused here: $pointer $says', async ({ input, cluster: said }) => {
    const { status, body } = await judged(input)
    if (typeof said !== 'string') return expect(status, said.takes).toBe(201)
    expect([400, 422]).toContain(status)
    expect(body.message).toContain(said)
  })

  test('judges as it is judged here, whatever stands in any place of a spec', {
    timeout: 180_000,
  }, async () => {
    const mutants = everyField.flatMap(([kind, file]) => [
      ...mutantsOf(objectIn(file), schemaOf(kind).properties?.['spec'] ?? {}),
    ])
    const [refusedThereAlone, refusedHereAlone, seen]: [string[], string[], Set<string>] = [[], [], new Set()]
    const judge = async (mutant: Mutant): Promise<void> => {
      const { ok } = parseResource(mutant.resource)
      const { status } = await judged(mutant.resource)
      if (ok === (status === 201)) return
      const known = takenByClusters.find(({ holds }) => !ok && holds(mutant))
      const told = `${mutant.place}: ${JSON.stringify(mutant.value)?.slice(0, 80)}`
      if (known !== undefined) seen.add(known.why)
      else (ok ? refusedThereAlone : refusedHereAlone).push(told)
    }
    const judgeRest = async (): Promise<void> => {
      for (let mutant = mutants.pop(); mutant !== undefined; mutant = mutants.pop()) await judge(mutant)
    }
    await Promise.all([judgeRest(), judgeRest(), judgeRest(), judgeRest()])
    expect({ refusedThereAlone, refusedHereAlone }).toEqual({ refusedThereAlone: [], refusedHereAlone: [] })
    expect(seen).toEqual(new Set(takenByClusters.map(({ why }) => why)))
  })

  test('judges what parts of a spec say about each other as it is judged here', async () => {
    const aResource = fc.oneof(
      interlockedServers.map((spec) => serverNamed('it', spec)),
      interlockedGrants.map((spec) => grantOn('payments', 'it', spec)),
    )
    const judgedAlike = fc.asyncProperty(aResource, async (resource) => {
      const { status, body } = await judged(resource)
      expect(status === 201, JSON.stringify(body.message)).toBe(parseResource(resource).ok)
    })
    await fc.assert(judgedAlike, { numRuns: 300 })
  })

  test.each([
    serverNamed('bare'),
    serverNamed('empty', { auth: {}, policy: {}, session: {}, gateway: {}, rollout: {}, tools: [] }),
    serverNamed('observed', { gateway: { enabled: true }, analytics: {} as { enabled: boolean } }),
    serverNamed('tool', { tools: [{ name: 'a', sideEffect: 'read' }] }),
    grantOn('bare', 'bare'),
    grantOn('bare', 'rules', {
      toolRules: [{ name: 'a' }],
      resourceRules: [{ name: 'a' }],
      promptRules: [{ name: 'a' }],
    }),
    sessionOn('bare', 'bare'),
  ])('fills in of $kind $metadata.name what its schema says', async (it) => {
    const { body } = await judged(it)
    expect(body.spec).toEqual(defaulted(schemaOf(it.kind).properties?.['spec'] ?? {}, it.spec))
  })
})
