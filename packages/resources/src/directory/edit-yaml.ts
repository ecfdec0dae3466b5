import { isDeepStrictEqual } from 'node:util'
import { Document, parseDocument } from 'yaml'

const written = { lineWidth: 0 } as const

/** A new object as YAML. */
export const yamlOf = (value: object): string => new Document(value).toString(written)

/** The same text with other values: comments, order and style stay wherever the value does. */
export const editYaml = (text: string, before: unknown, after: unknown): string => {
  // As written, an absent member and an undefined one are the same.
  if (isDeepStrictEqual(before, JSON.parse(JSON.stringify(after)))) return text
  const document = parseDocument(text)
  edit(document, [], before, after)
  return document.toString(written)
}

type Path = readonly (string | number)[]

const edit = (document: Document, path: Path, before: unknown, after: unknown): void => {
  if (before === after) return
  if (Array.isArray(before) && Array.isArray(after)) editList(document, path, before, after)
  else if (isMap(before) && isMap(after)) editMap(document, path, before, after)
  else document.setIn(path, typeof after === 'object' ? document.createNode(after) : after)
}

const editList = (
  document: Document,
  path: Path,
  before: readonly unknown[],
  after: readonly unknown[],
): void => {
  for (const [index, value] of after.entries()) {
    if (index < before.length) edit(document, [...path, index], before[index], value)
    else document.addIn(path, document.createNode(value))
  }
  for (let last = before.length - 1; last >= after.length; last--) document.deleteIn([...path, last])
}

const editMap = (document: Document, path: Path, before: Members, after: Members): void => {
  for (const key of Object.keys(before)) if (after[key] === undefined) document.deleteIn([...path, key])
  for (const [key, value] of Object.entries(after)) {
    if (value !== undefined) edit(document, [...path, key], before[key], value)
  }
}

type Members = Readonly<Record<string, unknown>>

const isMap = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
