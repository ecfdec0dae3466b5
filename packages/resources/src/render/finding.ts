import type { RenderedReason, Verdict } from '../conditions.ts'
import { defaultNamespace } from '../kinds/metadata.ts'
import type { Kind, Resource } from '../parse.ts'

/** What is to be said of one object, in its status. */
export interface Finding {
  readonly kind: Kind
  readonly namespace: string
  readonly name: string
  readonly generation: number | undefined
  readonly verdict: Verdict & { readonly type: 'Rendered'; readonly reason: RenderedReason }
}

export const namespaceOf = ({ metadata }: Resource): string => metadata.namespace ?? defaultNamespace

export const finding = (resource: Resource, reason: RenderedReason, message: string): Finding => ({
  kind: resource.kind,
  namespace: namespaceOf(resource),
  name: resource.metadata.name,
  generation: resource.metadata.generation,
  verdict: verdictOf(reason, message),
})

export const verdictOf = (reason: RenderedReason, message: string): Finding['verdict'] => ({
  type: 'Rendered',
  status: reason === 'Rendered' || reason === 'AdmitsNothing' ? 'True' : 'False',
  reason,
  message,
})

interface Named {
  readonly namespace?: string | undefined
  readonly name: string
}

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b))

/** Names of objects are ASCII, so code units have the order of bytes. */
export const byName = (a: Named, b: Named): number =>
  compare(a.namespace ?? '', b.namespace ?? '') || compare(a.name, b.name)

export const byKindAndName = (a: Finding, b: Finding): number => compare(a.kind, b.kind) || byName(a, b)
