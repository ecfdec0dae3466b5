import type { PolicyDocument, PolicyRequest } from '../model.ts'

/** One change to a document or to a request. */
export interface Edit {
  readonly in: 'document' | 'request'
  /** `set` creates or replaces a member, `append` adds to a list (made if absent), `remove` takes away. */
  readonly op: 'set' | 'append' | 'remove'
  readonly path: readonly (string | number)[]
  readonly value?: unknown
}

type Container = Record<string | number, unknown>

/** A copy of `root` with the edit made; the original stays as it is, and what the edit does not touch is shared. */
const edited = (
  root: unknown,
  [key, ...rest]: readonly (string | number)[],
  { op, value }: Edit,
): unknown => {
  if (key === undefined)
    return op === 'append' ? [...((root as readonly unknown[] | undefined) ?? []), value] : value
  const copy = (Array.isArray(root) ? [...root] : typeof root === 'object' ? { ...root } : {}) as Container
  if (op === 'remove' && rest.length === 0) {
    if (Array.isArray(copy)) copy.splice(Number(key), 1)
    else delete copy[key]
    return copy
  }
  const member = edited(Object.hasOwn(copy, key) ? copy[key] : undefined, rest, { op, value } as Edit)
  // Defined, not assigned: a member called __proto__ is a member like any other.
  Object.defineProperty(copy, key, { value: member, writable: true, enumerable: true, configurable: true })
  return copy
}

export interface Edited {
  readonly document: PolicyDocument
  readonly request: PolicyRequest
}

/** Makes the edits of a remedy, in order. */
export const applyEdits = (
  document: PolicyDocument,
  request: PolicyRequest,
  edits: readonly Edit[],
): Edited => {
  const changed = { document, request }
  for (const edit of edits) {
    if (edit.in === 'document') changed.document = edited(changed.document, edit.path, edit) as PolicyDocument
    else changed.request = edited(changed.request, edit.path, edit) as PolicyRequest
  }
  return changed
}
