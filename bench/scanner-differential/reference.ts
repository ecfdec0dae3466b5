import { foldName } from '../../packages/gateway-middleware/src/scanning/fold.ts'
import { namesThatMatter } from '../../packages/gateway-middleware/src/scanning/place.ts'
import { type ScanCode, scanLimits } from '../../packages/gateway-middleware/src/scanning/walk.ts'
import { canonical, canonicalObject, hex } from './canonical.ts'
import { type Member, readTree, type Tree } from './tree.ts'

/** What a slow and obvious reading says of a body. */
export interface Reading {
  /** The reasons to refuse it; in `mayBe` those where case and normalisation leave it open. */
  readonly mustBe: ReadonlySet<ScanCode>
  readonly mayBe: ReadonlySet<ScanCode>
  readonly inexact: readonly string[]
  /** The value as text, as `canonical` writes it. */
  readonly text: string
}

type Matter = string | { readonly [name: string]: Matter } | undefined

/** The policy's pointers as a table of names, and that of the message around it. */
const tableOf = (pointers: readonly string[]): Matter => {
  const { params } = namesThatMatter
  const given = pointers.length > 0 ? tableOfPaths(pointers.map(partsOf)) : undefined
  return { ...namesThatMatter, params: { ...params, arguments: given } }
}

const tableOfPaths = (paths: readonly (readonly string[])[]): Matter => {
  const inner = paths.filter((path) => path.length > 0)
  const below = (name: string) => inner.filter((path) => path[0] === name).map((path) => path.slice(1))
  return Object.fromEntries(inner.map(([name = '']) => [name, tableOfPaths(below(name))]))
}

const partsOf = (pointer: string): string[] =>
  pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))

/** Only for text that `JSON.parse` takes. */
export const createReference = (pointers: readonly string[]) => {
  const table = tableOf(pointers)
  return (text: string): Reading => {
    const found = {
      mustBe: new Set<ScanCode>(),
      mayBe: new Set<ScanCode>(),
      inexact: [] as string[],
      values: 0,
    }
    const tree = readTree(text)
    const isBatch = tree.kind === 'list'
    const read = createReader(found)
    const written = isBatch
      ? `[${tree.items.map((item, index) => read(item, [String(index)], 1, table, 1)).join()}]`
      : read(tree, [], 0, table, 0)
    if (found.values + Number(isBatch) > scanLimits.valuesMax) found.mustBe.add('too_many_values')
    if (found.inexact.length > scanLimits.inexactMax) found.mustBe.add('too_many_inexact')
    if (/\\u/i.test(text) && !isWellFormed(text)) found.mustBe.add('lone_surrogate')
    return { ...found, text: written }
  }
}

/** Escapes of surrogates by themselves, once those that make a pair are gone; a doubled backslash begins none. */
const isWellFormed = (text: string): boolean =>
  !/\\u[dD][89a-fA-F]/.test(
    text.replaceAll('\\\\', '').replace(/\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}/g, ''),
  )

interface Found {
  readonly mustBe: Set<ScanCode>
  readonly mayBe: Set<ScanCode>
  readonly inexact: string[]
  values: number
}

const createReader = (found: Found) => {
  const read = (
    tree: Tree,
    path: readonly string[],
    around: number,
    matter: Matter,
    batch: number,
  ): string => {
    found.values++
    if (tree.kind === 'scalar') return readScalar(tree.text, path, batch)
    if (around >= scanLimits.depthMax) found.mustBe.add('too_deep')
    if (tree.kind === 'list') {
      const items = tree.items.map((item, index) => {
        const key = String(index)
        return read(item, [...path, key], around + 1, matterOf(matter, key), batch)
      })
      return `[${items.join()}]`
    }
    const names = tree.members.map(({ name }) => JSON.parse(name) as string)
    judgeNames(found, names, matter)
    const members = tree.members.map(({ value }, index) => {
      const name = names[index] as string
      const text = read(value, [...path, name], around + 1, matterOf(matter, name), batch)
      judgeId(found, tree.members[index] as Member, [...path, name].slice(batch))
      return [hex(name), text] as const
    })
    return canonicalObject(members)
  }
  const readScalar = (text: string, path: readonly string[], batch: number): string => {
    const value: unknown = JSON.parse(text)
    const isArgument = path[batch] === 'params' && path[batch + 1] === 'arguments'
    if (typeof value === 'number' && isArgument && !isCarried(text))
      found.inexact.push(
        path
          .slice(batch + 2)
          .map((key) => `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`)
          .join(''),
      )
    return canonical(value)
  }
  return read
}

const matterOf = (matter: Matter, name: string): Matter =>
  typeof matter === 'object' && Object.hasOwn(matter, name) ? matter[name] : undefined

const judgeNames = ({ mustBe, mayBe }: Found, names: readonly string[], matter: Matter): void => {
  if (new Set(names).size < names.length) mustBe.add('duplicate_key')
  if (typeof matter !== 'object') return
  if (names.some((name) => name.includes('\0'))) mustBe.add('ambiguous_key')
  const known = Object.keys(matter)
  for (const [index, name] of names.entries()) {
    const others = [...names.slice(0, index), ...(known.includes(name) ? [] : known)]
    for (const other of others) {
      if (name === other) continue
      if (isNearly(name, other)) mustBe.add('ambiguous_key')
      else if (foldName(name) === foldName(other)) mayBe.add('ambiguous_key')
    }
  }
}

/** As regular expressions compare that do not mind case, once both are normalised. */
const isNearly = (a: string, b: string): boolean => {
  const [left, right] = [a.normalize('NFKC'), b.normalize('NFKC')]
  if (left.length !== right.length) return false
  return left === right || new RegExp(`^${left.replace(syntax, '\\$&')}$`, 'iu').test(right)
}

const syntax = /[\^$\\.*+?()[\]{}|/]/g

const judgeId = ({ mustBe }: Found, { value }: Member, path: readonly string[]): void => {
  const where = path.join(' ')
  const isId = where === 'id'
  const isToken = ['params requestId', 'params progressToken', 'params _meta progressToken'].includes(where)
  if (!isId && !isToken) return
  const text = value.kind === 'scalar' ? value.text : ''
  const isNumber = /^[-\d]/.test(text)
  const survives = isNumber
    ? isCarried(text) && Number.isSafeInteger(Number(text))
    : isToken || text.startsWith('"')
  if (!survives) mustBe.add('unsafe_id')
}

/** By whole numbers of any size: what was written, and what a double of it is written as, are one number. */
const isCarried = (text: string): boolean => {
  const value = Number(text)
  if (Math.abs(value) > Number.MAX_SAFE_INTEGER) return false
  const power = Math.min(exponentOf(text), exponentOf(String(value)))
  if (power < -5_000) return false
  return integerOf(text, power) === integerOf(String(value), power)
}

const exponentOf = (text: string): number => {
  const [mantissa = '', exponent = '0'] = text.toLowerCase().split('e')
  return Number(exponent) - (mantissa.split('.')[1] ?? '').length
}

const integerOf = (text: string, power: number): bigint =>
  BigInt((text.toLowerCase().split('e')[0] ?? '').replace('.', '')) * 10n ** BigInt(exponentOf(text) - power)
