import type { ResourceStatus } from './kinds/status.ts'
import type { Kind, Resource, ResourceOf } from './parse.ts'

export interface ObjectKey {
  readonly namespace: string
  readonly name: string
}

/** An object that is there and cannot be read. */
export interface Unreadable extends ObjectKey {
  /** Each fault with its place. */
  readonly faults: readonly string[]
}

export interface Listing<K extends Kind> {
  /** By namespace and name. */
  readonly items: readonly ResourceOf<K>[]
  readonly unreadable: readonly Unreadable[]
  /** Where a watch of what follows begins. */
  readonly resourceVersion: string
}

export type Change<K extends Kind> =
  /** All that there is now: what was known before counts no more. */
  | ({ readonly type: 'listed' } & Listing<K>)
  | { readonly type: 'applied'; readonly resource: ResourceOf<K>; readonly resourceVersion: string }
  | ({ readonly type: 'deleted'; readonly resourceVersion: string } & ObjectKey)
  | ({ readonly type: 'unreadable'; readonly resourceVersion: string } & Unreadable)

export interface WatchOptions {
  readonly signal: AbortSignal
  /** Of a listing or a change: what came after it follows. Without one, or one too old, all is listed first. */
  readonly resourceVersion?: string | undefined
}

/** A part of a resource, merged as RFC 7386 says: `null` removes, lists are replaced. */
export interface MergePatch {
  readonly metadata?: {
    /** The state that is to be patched; any, when it is left out. */
    readonly resourceVersion?: string
    readonly labels?: Readonly<Record<string, string | null>>
    readonly annotations?: Readonly<Record<string, string | null>>
  }
  readonly spec?: Readonly<Record<string, unknown>>
}

/** Where resources are kept. What fails rejects with `ResourceError`. */
export interface ResourceStore {
  readonly list: <K extends Kind>(kind: K, namespace?: string) => Promise<Listing<K>>
  readonly get: <K extends Kind>(kind: K, key: ObjectKey) => Promise<ResourceOf<K> | undefined>
  /**
   * Creates the object, or, given the `metadata.resourceVersion` that was read, puts it in the place of that state.
   * `conflict` when there is another state by now. `status` is not written.
   */
  readonly apply: <R extends Resource>(resource: R) => Promise<ResourceOf<R['kind']>>
  readonly patch: <K extends Kind>(kind: K, key: ObjectKey, patch: MergePatch) => Promise<ResourceOf<K>>
  /** In the place of the status before; the resource itself stays as it is. */
  readonly writeStatus: (kind: Kind, key: ObjectKey, status: ResourceStatus) => Promise<void>
  readonly delete: (kind: Kind, key: ObjectKey, resourceVersion?: string) => Promise<void>
  /** Each change in its order, of one object perhaps only the last, until the signal aborts. */
  readonly watch: <K extends Kind>(kind: K, options: WatchOptions) => AsyncIterable<Change<K>>
  readonly close: () => Promise<void>
}
