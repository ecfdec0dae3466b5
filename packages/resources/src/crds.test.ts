import { readdirSync, readFileSync } from 'node:fs'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { defaulted } from './contract-tests/defaulted.ts'
import { grantOn, serverNamed } from './contract-tests/resources.ts'
import { interlockedServers, subjects } from './contract-tests/specs.ts'
import { overlays } from './crds/overlays.ts'
import type { Structural } from './crds/structural.ts'
import { customResourceDefinitions, schemaOf } from './crds.ts'
import type { MCPServer } from './kinds/mcp-server.ts'
import { type Kind, kinds, parseResource, type Resource } from './parse.ts'
import { accessFaults } from './reading/access-faults.ts'
import { serverFaults } from './reading/server-faults.ts'
import { readYaml } from './reading/yaml.ts'
import { renderPolicy } from './render-policy.ts'

const goldens = new URL('./goldens/', import.meta.url)
const objectIn = (file: string): Resource => {
  const read = readYaml(readFileSync(new URL(file, goldens), 'utf8'))
  if (!read.ok) throw new Error(`${file} is no YAML`)
  return read.value as Resource
}
const examples = readdirSync(goldens).filter((file) => file.endsWith('.yaml'))

test.each(customResourceDefinitions())(
  '$file is the one that ships: npm run crds -w packages/resources',
  ({ file, yaml }) => {
    expect(yaml).toBe(readFileSync(new URL(`../crds/${file}`, import.meta.url), 'utf8'))
  },
)

/** Every node with its place. */
const nodesOf = (schema: Structural, place = ''): readonly (readonly [string, Structural])[] => [
  [place, schema],
  ...Object.entries(schema.properties ?? {}).flatMap(([name, one]) => nodesOf(one, `${place}.${name}`)),
  ...(schema.items === undefined ? [] : nodesOf(schema.items, `${place}.*`)),
  ...(schema.additionalProperties === undefined
    ? []
    : nodesOf(schema.additionalProperties, `${place}.<any>`)),
]

describe.each(kinds)('the schema of %s', (kind: Kind) => {
  const nodes = nodesOf(schemaOf(kind))

  test('is structural', () => {
    const known = new Set([
      ...['type', 'properties', 'items', 'required', 'enum', 'pattern', 'default', 'anyOf'],
      ...['additionalProperties', 'minimum', 'maximum', 'minLength', 'maxLength', 'minItems', 'maxItems'],
      ...[
        'maxProperties',
        'x-kubernetes-validations',
        'x-kubernetes-list-type',
        'x-kubernetes-list-map-keys',
      ],
      ...['x-kubernetes-int-or-string', 'x-kubernetes-preserve-unknown-fields'],
    ])
    for (const [place, node] of nodes) {
      expect(
        Object.keys(node).filter((keyword) => !known.has(keyword)),
        place,
      ).toEqual([])
      const isFree =
        node['x-kubernetes-int-or-string'] ?? node['x-kubernetes-preserve-unknown-fields'] ?? false
      expect(node.type !== undefined || isFree, `${place} has a type`).toBe(true)
      expect(node.properties !== undefined && node.additionalProperties !== undefined, place).toBe(false)
      if (node['anyOf'] !== undefined) {
        expect(node['anyOf'], place).toEqual([{ type: 'integer' }, { type: 'string' }])
        expect(node, place).toMatchObject({ 'x-kubernetes-int-or-string': true })
      }
      for (const key of (node['x-kubernetes-list-map-keys'] ?? []) as readonly string[]) {
        expect(node.items?.['required'], place).toContain(key)
      }
    }
  })

  test('bounds whatever a rule may look at', () => {
    for (const [place, { type, ...node }] of nodes) {
      if (!place.startsWith('.spec')) continue
      if (type === 'array') expect(node, place).toHaveProperty('maxItems')
      if (type === 'string' && node['enum'] === undefined) expect(node, place).toHaveProperty('maxLength')
      if (node.additionalProperties !== undefined) expect(node, place).toHaveProperty('maxProperties')
    }
  })

  test('has no default that it refuses', () => {
    for (const [place, node] of nodes) {
      if (node['default'] === undefined) continue
      expect(validator(node).safeParse(node['default']).success, place).toBe(true)
    }
  })
})

/** What the schema itself says, for a reader of JSON Schema. */
const validator = (schema: Structural): z.ZodType =>
  z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0])

/** The rules that an object breaks. They are the part of CEL that JavaScript shares, but for these words. */
const brokenRules = (schema: Structural, value: unknown): readonly string[] => {
  const own = (schema['x-kubernetes-validations'] ?? []) as readonly { rule: string; message: string }[]
  const broken = own.filter(({ rule }) => {
    const script = rule
      .replaceAll('__as__', 'as')
      .replaceAll(/has\(([\w.]+)\)/g, '($1 !== undefined)')
      .replaceAll(/size\(([\w.]+)\)/g, '$1.length')
      .replaceAll(/timestamp\(/g, 'Date.parse(')
      .replaceAll('.contains(', '.includes(')
      .replaceAll(/\.matches\(('[^']*')\)/g, '.match($1) !== null')
      .replaceAll(/exists\((\w+), (\w+)\)/g, 'some(($1) => $2)')
    return runInNewContext(script, { self: value, oldSelf: value }) !== true
  })
  const members = Object.entries(schema.properties ?? {}).flatMap(([name, one]) => {
    const member = (value as Readonly<Record<string, unknown>>)[name]
    return member === undefined ? [] : brokenRules(one, member)
  })
  const entries = Array.isArray(value) ? value.flatMap((one) => brokenRules(schema.items ?? {}, one)) : []
  return [...broken.map(({ message }) => message), ...members, ...entries]
}

test.each(examples)('%s is taken by the cluster exactly when it is taken here', (file) => {
  const object = objectIn(file)
  const schema = schemaOf(object.kind)
  const filled = defaulted(schema, object)
  const isTaken = validator(schema).safeParse(filled).success && brokenRules(schema, filled).length === 0
  expect(isTaken).toBe(parseResource(object).ok)
})

test.each(examples.filter((file) => parseResource(objectIn(file)).ok))(
  'what the cluster fills into %s does not change the policy',
  (file) => {
    const [plain, filled] = [objectIn(file), defaulted(schemaOf(objectIn(file).kind), objectIn(file))].map(
      (input) => {
        const parsed = parseResource(input)
        if (!parsed.ok) throw new Error(JSON.stringify(parsed.issues))
        return parsed.resource
      },
    )
    const policyOf = (resource: Resource | undefined): string => {
      const { name } =
        resource?.kind === 'MCPServer' ? resource.metadata : (resource?.spec.serverRef ?? { name: '' })
      const server =
        resource?.kind === 'MCPServer'
          ? resource
          : { ...serverNamed(name), metadata: { ...resource?.metadata, name } as MCPServer['metadata'] }
      const grants = resource?.kind === 'MCPAccessGrant' ? [resource] : []
      const sessions = resource?.kind === 'MCPAgentSession' ? [resource] : []
      return renderPolicy(server, grants, sessions, 0).text
    }
    expect(policyOf(filled)).toBe(policyOf(plain))
  },
)

test('the rules refuse what is refused here, and nothing else', () => {
  const schema = schemaOf('MCPServer')
  fc.assert(
    fc.property(interlockedServers, (spec) => {
      const server = serverNamed('it', spec)
      const broken = brokenRules(schema, defaulted(schema, server))
      expect(broken.length > 0, broken.join()).toBe(serverFaults(server.spec).length > 0)
    }),
    { numRuns: 500 },
  )
})

test('a subject that speaks of nobody is refused by rule, too', () => {
  fc.assert(
    fc.property(subjects, (subject) => {
      const grant = grantOn('payments', 'ops', { subject })
      const isRefused = brokenRules(schemaOf('MCPAccessGrant'), grant).length > 0
      expect(isRefused).toBe(accessFaults(grant.spec).length > 0)
    }),
  )
})

test('names of tools and rules are unique, and a server reference is for good', () => {
  const of = (kind: Kind, place: string) => overlays[kind][place]
  const unique = { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'] }
  expect(of('MCPServer', 'spec.tools')).toEqual(unique)
  for (const list of ['toolRules', 'resourceRules', 'promptRules']) {
    expect(of('MCPAccessGrant', `spec.${list}`)).toEqual(unique)
  }
  const twice = [{ name: 'a' }, { name: 'a' }]
  expect(parseResource(grantOn('payments', 'ops', { toolRules: twice })).ok).toBe(false)
  for (const kind of ['MCPAccessGrant', 'MCPAgentSession'] as const) {
    expect(of(kind, 'spec.serverRef')).toMatchObject({
      'x-kubernetes-validations': [{ rule: 'self == oldSelf' }],
    })
  }
})
