import { isMap, isScalar, isSeq, LineCounter, type Node, type Pair, parseDocument } from 'yaml'
import type { PolicyDocument } from './model.ts'
import { parseCases } from './reading/cases.ts'
import { type PolicyIssue, pointerOf } from './reading/issue.ts'
import { depthMax } from './reading/json.ts'
import { parseJson } from './reading/strict-json.ts'
import { parsePolicy } from './schema.ts'
import type { PolicyCase } from './testing.ts'

/** Characters in a text that is read. */
export const textCharsMax = 16 * 1024 * 1024

export interface TextIssue extends PolicyIssue {
  /** From 1. */
  readonly line: number
  readonly column: number
}

export type ParsedText<T> = { readonly ok: true; readonly value: T } | Refused

/** Reads a policy from YAML or JSON. Issues name line, column and pointer. */
export const parsePolicyText = (text: string): ParsedText<PolicyDocument> =>
  parseText(text, (value) => {
    const parsed = parsePolicy(value)
    return parsed.ok ? { ok: true, value: parsed.document } : parsed
  })

/** Reads the cases of a policy table from YAML or JSON. */
export const parseCasesText = (text: string): ParsedText<readonly PolicyCase[]> => parseText(text, parseCases)

/** `policy.yaml:12:3 /policy/goverrns: goverrns is not a member here; did you mean governs?` */
export const formatIssue = (issue: TextIssue, file: string): string =>
  `${file}:${issue.line}:${issue.column} ${issue.pointer === '' ? '' : `${issue.pointer}: `}${issue.message}`

type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly issues: readonly PolicyIssue[] }

const parseText = <T>(text: string, parse: (value: unknown) => Parsed<T>): ParsedText<T> => {
  if (text.length > textCharsMax) return refuse(`longer than ${textCharsMax} characters`)
  // JSON is YAML, and its own parser is quicker by far; whatever is wrong is then found again, with its place.
  const json = parseJson(text)
  const quick = json === undefined ? undefined : parse(json.value)
  if (quick?.ok) return quick

  const source = readYaml(text)
  if (!source.ok) return source
  const parsed = parse(source.value)
  if (parsed.ok) return parsed
  return { ok: false, issues: parsed.issues.map((issue) => ({ ...issue, ...source.placeOf(issue.pointer) })) }
}

interface Source {
  readonly ok: true
  readonly value: unknown
  readonly placeOf: (pointer: string) => Place
}

interface Place {
  readonly line: number
  readonly column: number
}

/** The values of a text, and the way from a pointer back to a place in it. */
const readYaml = (text: string): Source | Refused => {
  const lines = new LineCounter()
  const placeAt = (offset: number): Place => {
    const { line, col } = lines.linePos(offset)
    return { line: Math.max(line, 1), column: Math.max(col, 1) }
  }
  // Duplicate keys are found below: the library compares each key with all others, which a long map makes hours.
  const document = parseDocument(text, { ...yamlOptions, lineCounter: lines })
  // Only the first: what follows a break in the syntax is mostly its echo.
  const fault = document.errors[0] ?? document.warnings[0]
  if (fault !== undefined) {
    const message = fault.message.includes('call stack') ? 'nested too deeply to be read' : fault.message
    return { ok: false, issues: [{ pointer: '', message, ...placeAt(fault.pos[0]) }] }
  }
  const root = document.contents
  const issues: TextIssue[] = []
  const value = plainOf(root, [], (path, message, node) => {
    issues.push({ pointer: pointerOf(path), message, ...placeAt(node?.range?.[0] ?? 0) })
  })
  if (issues.length > 0) return { ok: false, issues }
  return { ok: true, value, placeOf: (pointer) => placeAt(offsetOf(root, pointer)) }
}

const yamlOptions = {
  version: '1.2',
  schema: 'core',
  uniqueKeys: false,
  merge: false,
  prettyErrors: false,
  // With less, a second document in the text would be passed over in silence.
  logLevel: 'error',
} as const

interface Refused {
  readonly ok: false
  readonly issues: readonly TextIssue[]
}

const refuse = (message: string): Refused => ({
  ok: false,
  issues: [{ pointer: '', message, line: 1, column: 1 }],
})

type Fault = (path: readonly PropertyKey[], message: string, node: Node | null) => void

/** The plain value of a node: only what JSON has. */
const plainOf = (node: Node | null, path: readonly PropertyKey[], fault: Fault): unknown => {
  if (path.length > depthMax) return fault(path, `nested deeper than ${depthMax} levels`, node)
  if (node === null) return null
  if (isScalar(node)) return node.value
  if (isSeq<Node | null>(node)) return node.items.map((item, index) => plainOf(item, [...path, index], fault))
  if (!isMap(node)) return fault(path, 'aliases are not supported: write the value out', node)
  const members = new Map<string, unknown>()
  for (const { key, value } of node.items as readonly Pair<Node, Node | null>[]) {
    const name = isScalar(key) ? key.value : undefined
    if (typeof name !== 'string') fault(path, 'a member needs a name that is a string', key)
    else if (members.has(name)) fault([...path, name], `${JSON.stringify(name)} is given twice`, key)
    else members.set(name, plainOf(value, [...path, name], fault))
  }
  return Object.fromEntries(members)
}

/** Where in the text a pointer leads, or its nearest ancestor that is there. A member's place is that of its name. */
const offsetOf = (root: Node | null, pointer: string): number => {
  let node: Node | null = root
  let offset = root?.range?.[0] ?? 0
  for (const part of pointer.split('/').slice(1)) {
    const name = part.replaceAll('~1', '/').replaceAll('~0', '~')
    if (isSeq<Node | null>(node)) node = node.items[Number(name)] ?? null
    else if (isMap(node)) {
      const pair = (node.items as readonly Pair<Node, Node | null>[]).find(
        ({ key }) => isScalar(key) && key.value === name,
      )
      if (pair === undefined) return offset
      offset = pair.key.range?.[0] ?? offset
      node = pair.value
      continue
    } else return offset
    offset = node?.range?.[0] ?? offset
  }
  return offset
}
