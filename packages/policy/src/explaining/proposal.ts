import type { Edit } from './edit.ts'

/** One step towards a remedy: edits that belong together. */
export interface Proposal {
  readonly edits: readonly Edit[]
  readonly says: string
}

export const set = (path: Edit['path'], value: unknown): Edit => ({ in: 'document', op: 'set', path, value })
export const append = (path: Edit['path'], value: unknown): Edit => ({
  in: 'document',
  op: 'append',
  path,
  value,
})
export const ask = (path: Edit['path'], value: unknown): Edit => ({ in: 'request', op: 'set', path, value })
export const propose = (says: string, ...edits: Edit[]): Proposal => ({ says, edits })
