import { relative } from 'node:path'
import { ResourceError } from '../errors.ts'
import { defaultNamespace } from '../kinds/metadata.ts'
import type { ResourceStatus } from '../kinds/status.ts'
import { type Kind, parseResource, type ResourceOf } from '../parse.ts'
import { readYaml } from '../reading/yaml.ts'
import type { ObjectKey } from '../store.ts'
import { formatIssue } from '../text.ts'
import { demandRoot, type FileState, readState, stayInside } from './atomic-file.ts'
import { fileOf, folderOf, statusFileOf } from './places.ts'

export interface Found<K extends Kind> {
  readonly file: FileState
  /** As it is written, in whatever spelling. */
  readonly raw: unknown
  readonly resource: ResourceOf<K>
  /** Of the resource and its status. */
  readonly version: string
}

/** An object's file, read to its end: undefined when there is none, `unreadable` when it is not that object. */
export const readObject = async <K extends Kind>(
  root: string,
  kind: K,
  key: ObjectKey,
): Promise<Found<K> | undefined> => {
  const path = fileOf(root, kind, key)
  await stayInside(root, folderOf(root, key.namespace, kind))
  const file = await readState(path)
  if (file === undefined) {
    await demandRoot(root)
    return undefined
  }
  const { raw, resource } = objectOf(file.text, relative(root, path), kind, key)
  const status = await readStatus(statusFileOf(root, kind, key))
  return {
    file,
    raw,
    resource: asStored(resource, key, file, status?.status),
    version: `${file.digest} ${status?.digest ?? ''}`,
  }
}

/** With what only its place and its file say of it. */
export const asStored = <K extends Kind>(
  resource: ResourceOf<K>,
  { namespace }: ObjectKey,
  { digest }: FileState,
  status: ResourceStatus | undefined,
): ResourceOf<K> => ({
  ...resource,
  metadata: { ...resource.metadata, namespace, resourceVersion: digest },
  status,
})

/** A text as the object of this place. */
export const objectOf = <K extends Kind>(text: string, file: string, kind: K, key: ObjectKey) => {
  const unreadable = (faults: readonly string[]) => new ResourceError('unreadable', faults.join('\n'))
  const source = readYaml(text)
  if (!source.ok) throw unreadable(source.issues.map((issue) => formatIssue(issue, file)))
  const parsed = parseResource(source.value)
  const issues = parsed.ok ? misplaced(parsed.resource, kind, key) : parsed.issues
  if (!parsed.ok || issues.length > 0) {
    throw unreadable(issues.map((issue) => formatIssue({ ...issue, ...source.placeOf(issue.pointer) }, file)))
  }
  return { raw: source.value, resource: parsed.resource as ResourceOf<K> }
}

interface Placed {
  readonly kind: Kind
  readonly metadata: { readonly namespace?: string | undefined; readonly name: string }
}

const misplaced = ({ kind, metadata }: Placed, folderKind: Kind, key: ObjectKey) =>
  [
    { pointer: '/kind', is: kind, wanted: folderKind },
    { pointer: '/metadata/namespace', is: metadata.namespace ?? defaultNamespace, wanted: key.namespace },
    { pointer: '/metadata/name', is: metadata.name, wanted: key.name },
  ]
    .filter(({ is, wanted }) => is !== wanted)
    .map(({ pointer, is, wanted }) => ({
      pointer,
      message: `is ${is}, but the file lies where ${wanted} belongs`,
    }))

/** A status is nobody's work: one that cannot be read is as none, and is written anew. */
const readStatus = async (path: string) => {
  try {
    const file = await readState(path)
    return file && { digest: file.digest, status: JSON.parse(file.text) as ResourceStatus }
  } catch {
    return undefined
  }
}
