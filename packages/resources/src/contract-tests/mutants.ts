import type { Structural } from '../crds/structural.ts'

/** A resource with another value in one place of its spec. */
export interface Mutant {
  /** Members and indices by dots. */
  readonly place: string
  /** `undefined`: left out. */
  readonly value: unknown
  readonly resource: unknown
}

type Path = readonly (string | number)[]

/** Every place of the schema of a spec, with whatever may be wrong there, or just right. */
export const mutantsOf = (resource: unknown, schemaOfSpec: Structural): readonly Mutant[] =>
  placesOf(schemaOfSpec, ['spec']).flatMap(({ path, schema }) =>
    valuesFor(schema, at(resource, path)).map((value) => ({
      place: path.join('.'),
      value,
      resource: withValue(resource, path, value),
    })),
  )

const ofAnyType: readonly unknown[] = [
  ...[undefined, null, true, -1, 1.5, 2 ** 31, 'x', '', [], {}, [null], ['x', 'x'], { unknown: 1 }],
]
const texts = [' ', '\u00a0', 'a b', 'A*', 'a*b', '25%', '1.5%', '0h', '1h', '2026-02-30T00:00:00Z']

const valuesFor = (schema: Structural, now: unknown): readonly unknown[] => [
  ...ofAnyType,
  ...textsOf(schema),
  ...numbersOf(schema),
  ...listsOf(schema, now),
  ...objectsOf(schema, now),
]

const textsOf = ({ type, maxLength, enum: words }: Structural): readonly string[] => {
  if (Array.isArray(words)) return [...words, String(words[0]).toUpperCase()]
  if (type !== 'string' && type !== undefined) return []
  // Characters of one, two and four bytes: each side may count others.
  const long = (chars: number) => [...['a', 'é', '😀'].map((one) => one.repeat(chars)), 'a'.repeat(chars + 1)]
  return [...texts, ...(typeof maxLength === 'number' ? long(maxLength) : [])]
}

const numbersOf = ({ minimum, maximum }: Structural): readonly number[] => [
  ...(typeof minimum === 'number' ? [minimum, minimum - 1] : []),
  ...(typeof maximum === 'number' ? [maximum, maximum + 1] : []),
]

const listsOf = ({ items, maxItems }: Structural, now: unknown): readonly unknown[] => {
  if (!Array.isArray(now) || now.length === 0) return []
  const different = (index: number): unknown => {
    if (typeof now[0] !== 'object') return items?.['enum'] === undefined ? `/n${index}` : now[0]
    const key = 'pointer' in now[0] ? { pointer: `/n${index}` } : { name: `n${index}` }
    return { ...now[0], ...key }
  }
  const many = (length: number) => Array.from({ length }, (_, index) => different(index))
  return [[...now, ...now], many(Number(maxItems)), many(Number(maxItems) + 1)]
}

const objectsOf = ({ additionalProperties, maxProperties }: Structural, now: unknown): readonly object[] => {
  const known = typeof now === 'object' && now !== null && !Array.isArray(now) ? [{ ...now, unknown: 1 }] : []
  if (additionalProperties === undefined) return known
  const many = (length: number) =>
    Object.fromEntries(Array.from({ length }, (_, index) => [`k${index}`, 'v']))
  return [...known, many(Number(maxProperties)), many(Number(maxProperties) + 1), { 'any key': 'v' }]
}

interface Place {
  readonly path: Path
  readonly schema: Structural
}

const placesOf = (schema: Structural, path: Path): readonly Place[] => [
  { path, schema },
  ...Object.entries(schema.properties ?? {}).flatMap(([name, one]) => placesOf(one, [...path, name])),
  ...(schema.items === undefined ? [] : placesOf(schema.items, [...path, 0])),
  ...(schema.additionalProperties === undefined
    ? []
    : placesOf(schema.additionalProperties, [...path, 'any'])),
]

const at = (value: unknown, path: Path): unknown =>
  path.reduce<unknown>((inner, key) => (inner as Readonly<Record<string, unknown>> | undefined)?.[key], value)

const withValue = (value: unknown, [key, ...rest]: Path, inner: unknown): unknown => {
  if (key === undefined) return inner
  const changed = withValue((value as Record<string, unknown> | undefined)?.[key], rest, inner)
  if (typeof key === 'number') {
    const list = Array.isArray(value) ? value : []
    return changed === undefined ? list.toSpliced(key, 1) : list.toSpliced(key, 1, changed)
  }
  const { [key]: _, ...others } = (value ?? {}) as Record<string, unknown>
  return changed === undefined ? others : { ...others, [key]: changed }
}
