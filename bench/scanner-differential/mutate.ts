import type { Random } from '../../packages/policy/src/law-tests/random-pairs.ts'
import { messages } from './messages.ts'
import { type Member, readTree, type Tree, writeTree } from './tree.ts'

const texts = messages.map((message) => JSON.stringify(message))

/** One body for a seed: a message changed a few times as a tree, and at times as bytes too. */
export const mutated = (r: Random): Buffer => {
  let tree = readTree(r.pick(texts))
  const changes = r.below(4)
  for (let change = 0; change < changes; change++) tree = changed(tree, r)
  const spaces = r.chance(0.2) ? [' ', '\n', '\t', '\r', '', '', ''] : ['']
  const bytes = Buffer.from(writeTree(tree, () => r.pick(spaces)))
  return r.chance(0.25) ? changedBytes(bytes, r) : bytes
}

type Objects = Extract<Tree, { readonly kind: 'object' }>

const nodesIn = (tree: Tree): Tree[] => {
  if (tree.kind === 'scalar') return [tree]
  const inner = tree.kind === 'list' ? tree.items : tree.members.map(({ value }) => value)
  return [tree, ...inner.flatMap(nodesIn)]
}

const changed = (tree: Tree, r: Random): Tree => {
  const nodes = nodesIn(tree)
  const objects = nodes.filter((node) => node.kind === 'object' && node.members.length > 0) as Objects[]
  const scalars = nodes.filter((node) => node.kind === 'scalar')
  const object = objects.length > 0 && r.chance(0.55) ? r.pick(objects) : undefined
  if (object !== undefined) changeMembers(object.members, nodes, r)
  else if (scalars.length > 0 && r.chance(0.8)) changeScalar(r.pick(scalars), r)
  else return wrapped(tree, r)
  return tree
}

const wrapped = (tree: Tree, r: Random): Tree => {
  const way = r.below(4)
  if (way === 0) return { kind: 'list', items: [tree, readTree(r.pick(texts))] }
  if (way === 1) return { kind: 'list', items: [tree] }
  const levels = r.chance(0.2) ? 56 + r.below(8) : r.below(4)
  const open = way === 2 ? '['.repeat(levels) : '{"a":'.repeat(levels)
  const deep = `${open}1${(way === 2 ? ']' : '}').repeat(levels)}`
  const last = nodesIn(tree).findLast((node) => node.kind === 'object')
  if (last?.kind === 'object') last.members.push({ name: '"deep"', value: { kind: 'scalar', text: deep } })
  return tree
}

const copyOf = (tree: Tree): Tree => structuredClone(tree)

const changeMembers = (members: Member[], nodes: readonly Tree[], r: Random): void => {
  const at = r.below(members.length)
  const member = members[at] as Member
  const { name, value } = member
  const add = (newName: string, newValue = copyOf(value)) =>
    void members.splice(r.below(members.length + 1), 0, { name: newName, value: newValue })
  const ways: readonly (() => void)[] = [
    () => add(name, copyOf(r.pick(nodes))),
    () => add(escaped(name, r)),
    () => add(nearly(name, r)),
    () => {
      member.name = nearly(name, r)
    },
    () => {
      member.name = escaped(name, r)
    },
    () => {
      member.value = copyOf(r.pick(nodes))
    },
    () => void members.splice(at, 1),
    () => void members.push(...members.splice(at, 1)),
    () => add(r.pick(otherNames), copyOf(r.pick(nodes))),
    () => {
      const count = r.below(24)
      for (let i = 0; i < count; i++) add(`"k${r.below(200)}"`, { kind: 'scalar', text: String(i) })
    },
  ]
  r.pick(ways)()
}

const otherNames = [
  ...[
    '"x"',
    '"X"',
    '"größe"',
    '"GRÖSSE"',
    '"Größe"',
    '"名前"',
    '"a/b"',
    '"~"',
    '""',
    '"__proto__"',
    '"constructor"',
  ],
  ...[
    '"amount"',
    '"Amount"',
    '"city"',
    '"CITY"',
    '"price"',
    '"Price"',
    '"name"',
    '"Method"',
    '"id"',
    '"0"',
    '"ID"',
  ],
  ...['"requestId"', '"progressToken"', '"arguments"', '"_meta"', '"_Meta"', '"params"', '"result"', '"uri"'],
]

/** The same name with some characters as escapes. */
const escaped = (name: string, r: Random): string => {
  if (name.includes('\\')) return name
  const units = Array.from({ length: name.length - 2 }, (_, index) => name.charCodeAt(index + 1))
  return `"${units.map((unit) => (r.chance(0.3) ? escapeOf(unit, r) : String.fromCharCode(unit))).join('')}"`
}

const escapeOf = (unit: number, r: Random): string => {
  const digits = unit.toString(16).padStart(4, '0')
  return `\\u${r.chance(0.5) ? digits : digits.toUpperCase()}`
}

const forms: Readonly<Record<string, readonly string[]>> = { s: ['ſ', '\\u017f'], k: ['\u212a', '\\u212A'] }

/** A name that some reader may take for the same: one letter in another form, or a zero character somewhere. */
const nearly = (name: string, r: Random): string => {
  if (name.includes('\\') || name.length < 3) return name
  const way = r.below(6)
  if (way === 0) return `${name.slice(0, -1)}\\u0000"`
  if (way === 1) return name.toUpperCase()
  const at = 1 + r.below(name.length - 2)
  const letter = name.charAt(at)
  const code = letter.charCodeAt(0)
  const fullWidth = code > 32 && code < 127 ? String.fromCharCode(code + 0xfee0) : letter
  const form = r.pick([letter.toUpperCase(), letter.toLowerCase(), fullWidth, ...(forms[letter] ?? [])])
  return name.slice(0, at) + form + name.slice(at + 1)
}

const scalars = [
  ...[
    '0',
    '-0',
    '1',
    '7.0',
    '7.5',
    '1e2',
    '1E400',
    '-1e400',
    '1e-400',
    '5e-324',
    '0.1',
    '0.30000000000000004',
  ],
  ...[
    '9007199254740991',
    '9007199254740992',
    '9007199254740993',
    '-9007199254740993',
    '123456789012345678901234567890',
  ],
  ...['0.10000000000000001', '1e22', '1e23', '100e-2', '0e999', '2.50', '4.9e-324', '1.7976931348623159e308'],
  ...[
    'true',
    'false',
    'null',
    '""',
    '"\\u0000"',
    '"\\ud83d\\ude00"',
    '"\\ud83d"',
    '"\\ude00x"',
    '"\\ud83d\\u0041"',
  ],
  ...[
    '"\\/\\b\\f\\n\\r\\t\\"\\\\"',
    '"\u2028"',
    '"ſ"',
    '{}',
    '[]',
    '[[],{}]',
    '01',
    '+1',
    '.5',
    '1.',
    'NaN',
    '"\\x"',
  ],
]

const changeScalar = (scalar: Tree, r: Random): void => {
  if (scalar.kind !== 'scalar') return
  const isText = scalar.text.startsWith('"')
  scalar.text = isText && r.chance(0.4) ? escaped(scalar.text, r) : r.pick(scalars)
}

const fragments = [
  ...[
    '"',
    '\\',
    '{',
    '}',
    '[',
    ']',
    ':',
    ',',
    ' ',
    '\0',
    '\n',
    '/',
    'e',
    '-',
    '.',
    '0',
    '\u00a0',
    'é',
    '\ufeff',
  ],
  ...[
    '\\u',
    '\\u0000',
    '\\ud800',
    '"id":1,',
    ',"method":"x"',
    '"a":1,',
    'null',
    '1e400',
    '}{',
    '\x7f',
    '\u2028',
  ],
].map((text) => Buffer.from(text))
const rawBytes = [0x80, 0xc0, 0xed, 0xf4, 0xff].map((byte) => Buffer.from([byte]))

const changedBytes = (given: Buffer, r: Random): Buffer => {
  const at = r.below(given.length + 1)
  const [before, after] = [given.subarray(0, at), given.subarray(at)]
  const length = 1 + r.below(4)
  const ways: readonly (() => Buffer)[] = [
    () => Buffer.concat([before, after.subarray(length)]),
    () => Buffer.concat([before, r.pick(fragments), after]),
    () => Buffer.concat([before, r.pick(fragments), after.subarray(length)]),
    () => Buffer.concat([before, Buffer.from([32 + r.below(95)]), after.subarray(1)]),
    () => Buffer.concat([before, Buffer.from([r.below(256)]), after.subarray(1)]),
    () => Buffer.concat([before, r.pick(rawBytes), after]),
    () => Buffer.concat([before, given.subarray(r.below(given.length))]),
    () => (r.chance(0.1) ? Buffer.concat([Buffer.from('\ufeff'), given]) : before),
  ]
  return r.pick(ways)()
}
