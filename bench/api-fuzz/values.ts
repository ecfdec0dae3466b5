import type { Random } from '../../packages/policy/src/law-tests/random-pairs.ts'

/** Of JSON Schema, what the description of the API uses. */
export interface Schema {
  readonly type?: string | readonly string[]
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly default?: unknown
  readonly minimum?: number
  readonly maximum?: number
  readonly minLength?: number
  readonly maxLength?: number
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: Schema | boolean
  readonly items?: Schema
  readonly maxItems?: number
  readonly anyOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
  readonly allOf?: readonly Schema[]
}

/** What leads somewhere, by the name of the member or parameter that it is for, or by the path that it is below. */
export type Meant = Readonly<Record<string, readonly string[]>>

const others: readonly string[] = ['anna', 'coder', 'refund', 'tools/call', 'read', '1h', 'deny', 'gateway']
/** Texts that lead programs astray. */
const hostile: readonly string[] = [
  '',
  ' ',
  '.',
  '..',
  '../..',
  '%00',
  '\0',
  'a\nb',
  '\ud800',
  'ß𝄞',
  '\u202e',
  "' OR 1 = 1 --",
  '{x:String}',
  '$(id)',
  '<script>',
  '__proto__',
  'constructor',
  'NaN',
  '-0',
  '1e999',
  '9'.repeat(40),
  'x'.repeat(300),
  'x'.repeat(5_000),
  '0001-01-01T00:00:00Z',
  '9999-12-31T23:59:59Z',
  '2026-02-30',
  '00000000-0000-4000-8000-00000000dead',
]
const strange: readonly unknown[] = [null, true, 0, -1, 1.5, 1e308, [], {}, '', [[]], { $ne: 1 }, 'x']

const depthMax = 5

export interface Making {
  readonly random: Random
  readonly meant: Meant
  /** What it is for. */
  readonly name: string
  readonly depth: number
}

/** Mostly what the schema asks for, now and then what it does not. */
export const madeOf = (schema: Schema, making: Making): unknown => {
  const { random } = making
  if (random.chance(0.01)) return random.pick(strange)
  const choices = schema.anyOf ?? schema.oneOf
  if (choices !== undefined) return madeOf(random.pick(choices), making)
  if (schema.allOf !== undefined) return madeOf(schema.allOf[0] ?? {}, making)
  if (schema.const !== undefined) return schema.const
  if (schema.enum !== undefined) return random.pick(schema.enum)
  const type = typeof schema.type === 'string' ? schema.type : random.pick(schema.type ?? ['string'])
  return (byType[type] ?? anything)(schema, making)
}

type Make = (schema: Schema, making: Making) => unknown

const anything: Make = (_, { random }) => random.pick(strange)

const byType: Readonly<Record<string, Make>> = {
  string: (schema, making) => textOf(schema, making),
  integer: ({ minimum = 0, maximum = 100 }, { random }) => {
    const near = random.pick([minimum, maximum, minimum - 1, maximum + 1])
    return random.chance(0.1) ? near : minimum + random.below(Math.min(maximum - minimum, 1_000) + 1)
  },
  number: (_, { random }) => random.below(10_000) / 100,
  boolean: (_, { random }) => random.chance(0.5),
  null: () => null,
  array: ({ items = {} }, making) => {
    const { random, depth } = making
    const length = depth > depthMax ? 0 : random.below(random.chance(0.02) ? 600 : 4)
    return Array.from({ length }, () => madeOf(items, { ...making, depth: depth + 1 }))
  },
  object: ({ properties = {}, required = [], additionalProperties }, making) => {
    const { random, depth } = making
    const members = Object.entries(properties)
      .filter(([name]) => random.chance(required.includes(name) ? 0.99 : 0.15))
      .map(([name, schema]): [string, unknown] => [
        name,
        madeOf(schema, { ...making, ...meantIn(making, name), name, depth: depth + 1 }),
      ])
    if (typeof additionalProperties === 'object' && depth < depthMax)
      for (let more = random.below(3); more > 0; more--)
        members.push([textOf({}, making), madeOf(additionalProperties, { ...making, depth: depth + 1 })])
    if (random.chance(0.02)) members.push([random.pick(hostile), random.pick(strange)])
    return Object.fromEntries(members)
  },
}

const textOf = ({ maxLength }: Schema, { random, meant, name }: Making): string => {
  if (maxLength !== undefined && random.chance(0.02)) return 'x'.repeat(Math.min(maxLength, 20_000) + 1)
  if (random.chance(0.05)) return random.pick(hostile)
  return random.chance(0.95) ? random.pick(meant[name] ?? others) : 'abcdefgh-'.slice(0, random.below(9))
}

/** A reference to a server names a server, whatever it stands in. */
const meantIn = ({ meant }: Making, name: string): { readonly meant?: Meant } =>
  name === 'serverRef' ? { meant: { ...meant, name: ['payments'], namespace: ['mcp-team-red'] } } : {}
