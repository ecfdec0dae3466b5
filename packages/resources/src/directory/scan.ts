import type { Dirent } from 'node:fs'
import { lstat, readdir } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { ResourceError } from '../errors.ts'
import type { Kind, ResourceOf } from '../parse.ts'
import type { ObjectKey, Unreadable } from '../store.ts'
import { demandRoot, isMissing, storageError } from './atomic-file.ts'
import { extension, fileOf, folderOf, isNamespace, isObjectName, statusFileOf } from './places.ts'
import { readObject } from './read-object.ts'

/** One object as it was found. */
export interface Seen<K extends Kind> {
  /** Of the files; an object whose files have it is not read again. */
  readonly signature: string | undefined
  readonly version: string
  readonly found:
    | { readonly ok: true; readonly resource: ResourceOf<K> }
    | ({ readonly ok: false } & Unreadable)
}

/** A change so short ago may be followed by another that the file's times do not tell apart. */
const settledMs = 2000
/** The system is asked for so many at a time. */
const filesAtOnce = 16

/** Every object of a kind, by namespace and name; what has not changed is taken from before. */
export const scan = async <K extends Kind>(
  root: string,
  kind: K,
  before: ReadonlyMap<string, Seen<K>>,
): Promise<Map<string, Seen<K>>> => {
  const seen = new Map<string, Seen<K>>()
  await demandRoot(root)
  const namespaces = (await entriesOf(root)).filter((entry) => entry.isDirectory() && isNamespace(entry.name))
  for (const { name: namespace } of namespaces) {
    const entries = await entriesOf(folderOf(root, namespace, kind))
    const files = entries.map(({ name }) => name).filter(isResourceFile)
    for (let first = 0; first < files.length; first += filesAtOnce) {
      const some = files.slice(first, first + filesAtOnce)
      const looks = some.map((file) =>
        lookAt(root, kind, { namespace, file }, before.get(`${namespace}/${file}`)),
      )
      for (const [index, now] of (await Promise.all(looks)).entries()) {
        if (now !== undefined) seen.set(`${namespace}/${some[index]}`, now)
      }
    }
  }
  // It went while it was looked at.
  await demandRoot(root)
  return seen
}

export interface FilePlace {
  readonly namespace: string
  readonly file: string
}

/** What an editor writes beside a file is none. */
export const isResourceFile = (file: string): boolean => !file.startsWith('.') && /\.(ya?ml|json)$/.test(file)

/** One file: undefined when it is not there. */
export const lookAt = async <K extends Kind>(
  root: string,
  kind: K,
  { namespace, file }: FilePlace,
  before: Seen<K> | undefined,
): Promise<Seen<K> | undefined> => {
  const name = file.slice(0, -extension.length)
  if (file.endsWith(extension) && isObjectName(name)) return look(root, kind, { namespace, name }, before)
  const isThere = await lstat(join(folderOf(root, namespace, kind), file)).then(
    () => true,
    () => false,
  )
  if (isThere) return misnamed(namespace, file)
  await demandRoot(root)
  return undefined
}

const entriesOf = async (folder: string): Promise<readonly Dirent[]> => {
  try {
    const entries = await readdir(folder, { withFileTypes: true })
    return entries.sort((a, b) => (a.name < b.name ? -1 : 1))
  } catch (error) {
    if (isMissing(error)) return []
    throw storageError(folder, error)
  }
}

const look = async <K extends Kind>(
  root: string,
  kind: K,
  key: ObjectKey,
  before: Seen<K> | undefined,
): Promise<Seen<K> | undefined> => {
  const file = fileOf(root, kind, key)
  const signatures = await Promise.all([file, statusFileOf(root, kind, key)].map(signatureOf))
  const signature = signatures.some((one) => one === undefined) ? undefined : signatures.join(' ')
  if (signature !== undefined && before?.signature === signature) return before
  try {
    const object = await readObject(root, kind, key)
    if (object === undefined) return undefined
    return { signature, version: object.version, found: { ok: true, resource: object.resource } }
  } catch (error) {
    if (!(error instanceof ResourceError) || error.code === 'storage') throw error
    const faults = error.message.replaceAll(`${file}:`, `${relative(root, file)}:`).split('\n')
    return { signature, version: error.message, found: { ok: false, ...key, faults } }
  }
}

/** Undefined while a file is so new that its times do not tell whether it is still the same. */
const signatureOf = async (path: string): Promise<string | undefined> => {
  try {
    const { mtimeNs, ctimeNs, ctimeMs, size, ino } = await lstat(path, { bigint: true })
    if (Date.now() - Number(ctimeMs) < settledMs) return undefined
    return `${mtimeNs} ${ctimeNs} ${size} ${ino}`
  } catch {
    return 'none'
  }
}

const misnamed = <K extends Kind>(namespace: string, file: string): Seen<K> => {
  const faults = [`${join(namespace, file)}: is not named as its object, <name>${extension}`]
  return { signature: undefined, version: file, found: { ok: false, namespace, name: file, faults } }
}
