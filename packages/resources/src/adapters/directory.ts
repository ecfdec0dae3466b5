import { mkdir, unlink } from 'node:fs/promises'
import { relative, resolve } from 'node:path'
import { readState, removeFile, replaceFile, storageError } from '../directory/atomic-file.ts'
import { editYaml, yamlOf } from '../directory/edit-yaml.ts'
import { createJournal, type Journal } from '../directory/journal.ts'
import { listenTo } from '../directory/listening.ts'
import { merged } from '../directory/merge-patch.ts'
import { extension, fileOf, placeOf, statusFileOf } from '../directory/places.ts'
import { asStored, type Found, objectOf, readObject } from '../directory/read-object.ts'
import { isResourceFile } from '../directory/scan.ts'
import { becomeSoleWriter } from '../directory/sole-writer.ts'
import { ResourceError } from '../errors.ts'
import { defaultNamespace } from '../kinds/metadata.ts'
import { type Kind, kinds, parseResource, type Resource, type ResourceOf } from '../parse.ts'
import type { Change, ObjectKey, ResourceStore, WatchOptions } from '../store.ts'

export { resourceFile } from '../directory/places.ts'

export interface DirectoryStoreOptions {
  /** How often the files are looked at while they are watched, whether or not the system tells of changes. */
  readonly pollIntervalMs?: number | undefined
  /** Epoch milliseconds. */
  readonly clock?: (() => number) | undefined
}

/**
 * Resources in a folder, `<namespace>/<kinds>/<name>.yaml`, the same files that `kubectl apply -R -f` takes. One store
 * at a time has the folder: a second one is refused as `locked`. People and their tools may write, too, and whoever read
 * an older state is refused.
 */
export const directoryStore = async (
  folder: string,
  options: DirectoryStoreOptions = {},
): Promise<ResourceStore> => {
  const { pollIntervalMs = 5000, clock = Date.now } = options
  const root = resolve(folder)
  await mkdir(root, { recursive: true }).catch((error: unknown) => {
    throw storageError(root, error)
  })
  const writer = await becomeSoleWriter(root)
  const journals: { readonly [K in Kind]: Journal<K> } = {
    MCPServer: createJournal(root, 'MCPServer'),
    MCPAccessGrant: createJournal(root, 'MCPAccessGrant'),
    MCPAgentSession: createJournal(root, 'MCPAgentSession'),
  }
  const journalOf = <K extends Kind>(kind: K): Journal<K> => journals[kind] as unknown as Journal<K>

  let writing: Promise<unknown> = Promise.resolve()
  /** One at a time, and told to who watches before it is told to who asked. */
  const write = <T>(kind: Kind, { namespace, name }: ObjectKey, work: () => Promise<T>): Promise<T> => {
    const result = writing.then(work)
    writing = result.catch(() => undefined)
    return result.then(async (value) => {
      const place = { namespace, file: `${name}${extension}` }
      await journalOf(kind)
        .refreshFile(place)
        .catch(() => undefined)
      return value
    })
  }

  const there = async <K extends Kind>(kind: K, key: ObjectKey, wanted?: string): Promise<Found<K>> => {
    const found = await readObject(root, kind, key)
    if (found === undefined) throw new ResourceError('not_found', `there is no ${kind} ${named(key)}`)
    if (wanted !== undefined && wanted !== found.file.digest) throw changed(kind, key)
    return found
  }

  const put = async <K extends Kind>(
    kind: K,
    key: ObjectKey,
    before: Found<K> | undefined,
    next: unknown,
  ) => {
    const path = fileOf(root, kind, key)
    const text = before === undefined ? yamlOf(next as object) : editYaml(before.file.text, before.raw, next)
    const { resource } = readBack(text, relative(root, path), kind, key)
    if (before !== undefined && serverOf(before.resource) !== serverOf(resource)) {
      throw new ResourceError('invalid', '/spec/serverRef: cannot be changed; make a new object')
    }
    const file = text === before?.file.text ? before.file : await replaceFile(root, path, text, before?.file)
    // Not as it is read again: what was written is not said to have failed because the folder has gone since.
    return asStored(resource, key, file, before?.resource.status)
  }

  const apply = <R extends Resource>(resource: R): Promise<ResourceOf<R['kind']>> => {
    const parsed = parseResource(resource)
    if (!parsed.ok) {
      const faults = parsed.issues.map(({ pointer, message }) => `${pointer}: ${message}`)
      return Promise.reject(new ResourceError('invalid', faults.join('\n')))
    }
    const { metadata, apiVersion, spec } = parsed.resource
    const kind: R['kind'] = parsed.resource.kind
    const { resourceVersion, ...described } = metadata
    const key = { namespace: metadata.namespace ?? defaultNamespace, name: metadata.name }
    return write(kind, key, async () => {
      const before = await readObject(root, kind, key)
      if (before?.file.digest !== resourceVersion) throw changed(kind, key)
      // Nobody but the store says when an object was made: sessions grow old by it.
      const creationTimestamp =
        before === undefined ? isoOf(clock()) : before.resource.metadata.creationTimestamp
      const about = {
        ...described,
        namespace: key.namespace,
        creationTimestamp: creationTimestamp ?? undefined,
      }
      const next = { apiVersion, kind, metadata: about, spec }
      return put(kind, key, before, { ...next, ...statusIn(before?.raw) })
    })
  }

  /** Whoever reads by `kubectl get` and saves what they got has a status in the file: it is theirs. */
  const statusIn = (raw: unknown): object => {
    const { status } = (raw ?? {}) as { readonly status?: unknown }
    return status === undefined ? {} : { status }
  }

  const ears = listenTo(root, pollIntervalMs, {
    hearFile: (folder, file) => {
      const place = placeOf(root, folder)
      if (place === undefined || !isResourceFile(file)) return
      journalOf(place.kind)
        .refreshFile({ namespace: place.namespace, file })
        .catch(() => undefined)
    },
    hearAll: async () => {
      await Promise.allSettled(kinds.map((kind) => journalOf(kind).refresh()))
    },
  })

  async function* watch<K extends Kind>(kind: K, wanted: WatchOptions): AsyncGenerator<Change<K>> {
    const stop = ears.listen()
    try {
      await journalOf(kind).refresh()
      yield* journalOf(kind).watch(wanted)
    } finally {
      stop()
    }
  }

  return {
    list: async (kind, namespace) => {
      await journalOf(kind).refresh()
      return journalOf(kind).list(namespace)
    },
    get: async (kind, key) => (await readObject(root, kind, key))?.resource,
    apply,
    patch: (kind, key, patch) =>
      write(kind, key, async () => {
        const { resourceVersion, ...metadata } = patch.metadata ?? {}
        const before = await there(kind, key, resourceVersion)
        return put(kind, key, before, merged(before.raw, { ...patch, metadata }))
      }),
    writeStatus: (kind, key, status) =>
      write(kind, key, async () => {
        await there(kind, key)
        const path = statusFileOf(root, kind, key)
        const before = await readState(path)
        const text = `${JSON.stringify(status, undefined, 2)}\n`
        if (text !== before?.text) await replaceFile(root, path, text, before)
      }),
    delete: (kind, key, resourceVersion) =>
      write(kind, key, async () => {
        const { file } = await there(kind, key, resourceVersion)
        await removeFile(root, fileOf(root, kind, key), file)
        await unlink(statusFileOf(root, kind, key)).catch(() => undefined)
      }),
    watch,
    close: async () => {
      ears.close()
      for (const kind of kinds) journalOf(kind).close()
      await writing
      await writer.release()
    },
  }
}

/** What cannot be read back must not be written, whoever asks for it. */
const readBack = <K extends Kind>(text: string, file: string, kind: K, key: ObjectKey) => {
  try {
    return objectOf(text, file, kind, key)
  } catch (error) {
    throw new ResourceError('invalid', (error as Error).message)
  }
}

const serverOf = (resource: Resource): string | undefined => {
  if (resource.kind === 'MCPServer') return undefined
  const { name, namespace = resource.metadata.namespace } = resource.spec.serverRef
  return `${namespace}/${name}`
}

const named = ({ namespace, name }: ObjectKey): string => `${namespace}/${name}`
const isoOf = (now: number): string => new Date(now).toISOString().replace(/\.\d+Z$/, 'Z')

const changed = (kind: Kind, key: ObjectKey): ResourceError =>
  new ResourceError('conflict', `${kind} ${named(key)} is not in the state that was read: read it again`)
