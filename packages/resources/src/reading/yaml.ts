import { isMap, isScalar, isSeq, LineCounter, type Node, type Pair, parseAllDocuments } from 'yaml'
import { pointerOf, type ResourceIssue } from './issue.ts'

/** Characters of a text that is read; etcd takes no more than this of an object either. */
export const textCharsMax = 1024 * 1024
const depthMax = 32

export interface TextIssue extends ResourceIssue {
  /** From 1. */
  readonly line: number
  readonly column: number
}

interface Place {
  readonly line: number
  readonly column: number
}

type Source =
  | { readonly ok: true; readonly value: unknown; readonly placeOf: (pointer: string) => Place }
  | { readonly ok: false; readonly issues: readonly TextIssue[] }

/** What a text holds, once, and the way from a pointer back to a place in it. */
export const readYaml = (text: string): Source => {
  const lines = new LineCounter()
  const placeAt = (offset: number): Place => {
    const { line, col } = lines.linePos(offset)
    return { line: Math.max(line, 1), column: Math.max(col, 1) }
  }
  const issues: TextIssue[] = []
  const fault = (path: readonly PropertyKey[], message: string, offset = 0): void => {
    issues.push({ pointer: pointerOf(path), message, ...placeAt(offset) })
  }
  if (text.length > textCharsMax) {
    fault([], `longer than ${textCharsMax} characters`)
    return { ok: false, issues }
  }
  // Duplicate keys are found below: the library compares each key with all others, which a long map makes hours.
  const read = parseAllDocuments(text, {
    version: '1.2',
    schema: 'core',
    uniqueKeys: false,
    merge: false,
    prettyErrors: false,
    lineCounter: lines,
  })
  // Tools write `---` before the first object and after the last: an empty document is nobody's object.
  const [document, second] = [...read].filter(
    ({ contents, errors }) => !isNothing(contents) || errors.length > 0,
  )
  const broken = document?.errors[0] ?? document?.warnings[0]
  if (broken !== undefined) fault([], broken.message, broken.pos[0])
  else if (second !== undefined) {
    fault([], 'holds more than one object: give each a file of its own', second.contents?.range?.[0])
  }
  const root = document?.contents ?? null
  const value = issues.length === 0 ? plainOf(root, [], fault) : undefined
  if (issues.length > 0) return { ok: false, issues }
  return { ok: true, value, placeOf: (pointer) => placeAt(offsetOf(root, pointer)) }
}

const isNothing = (node: Node | null): boolean => node === null || (isScalar(node) && node.value === null)

type Fault = (path: readonly PropertyKey[], message: string, offset?: number) => void

/** The plain value of a node: only what JSON has. */
const plainOf = (node: Node | null, path: readonly PropertyKey[], fault: Fault): unknown => {
  const offset = node?.range?.[0]
  if (path.length > depthMax) return fault(path, `nested deeper than ${depthMax} levels`, offset)
  if (node === null) return null
  if (isScalar(node)) return node.value
  if (isSeq<Node | null>(node)) return node.items.map((item, index) => plainOf(item, [...path, index], fault))
  if (!isMap(node)) return fault(path, 'aliases are not supported: write the value out', offset)
  const members = new Map<string, unknown>()
  for (const { key, value } of node.items as readonly Pair<Node, Node | null>[]) {
    const name = isScalar(key) ? key.value : undefined
    const at = key.range?.[0]
    if (typeof name !== 'string') fault(path, 'a member needs a name that is a string', at)
    else if (members.has(name)) fault([...path, name], `${JSON.stringify(name)} is given twice`, at)
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
    if (isSeq<Node | null>(node)) {
      node = node.items[Number(name)] ?? null
      offset = node?.range?.[0] ?? offset
      continue
    }
    if (!isMap(node)) return offset
    const pair = (node.items as readonly Pair<Node, Node | null>[]).find(
      ({ key }) => isScalar(key) && key.value === name,
    )
    if (pair === undefined) return offset
    offset = pair.key.range?.[0] ?? offset
    node = pair.value
  }
  return offset
}
