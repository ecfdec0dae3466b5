import { join, relative, sep } from 'node:path'
import { ResourceError } from '../errors.ts'
import { labelName, objectName } from '../kinds/fields.ts'
import { type Kind, kinds } from '../parse.ts'
import type { ObjectKey } from '../store.ts'

const folders: Readonly<Record<Kind, string>> = {
  MCPServer: 'mcpservers',
  MCPAccessGrant: 'mcpaccessgrants',
  MCPAgentSession: 'mcpagentsessions',
}

export const extension = '.yaml'

export const folderOf = (root: string, namespace: string, kind: Kind): string =>
  join(root, namespace, folders[kind])

/** Where an object's file lies in the folder of a directory store. */
export const resourceFile = (kind: Kind, key: ObjectKey): string => fileOf('', kind, key)

/** `<root>/<namespace>/<kinds>/<name>.yaml`: names are checked first, so that none leads out of the folder. */
export const fileOf = (root: string, kind: Kind, key: ObjectKey): string =>
  join(folderOf(root, checked(key).namespace, kind), `${key.name}${extension}`)

/** Beside the resources, under a name that `kubectl apply -R -f` passes over. */
export const statusFileOf = (root: string, kind: Kind, key: ObjectKey): string =>
  join(folderOf(join(root, '.status'), checked(key).namespace, kind), `${key.name}.status`)

/** The kind and the namespace whose files lie in a folder. */
export const placeOf = (
  root: string,
  folder: string,
): { readonly namespace: string; readonly kind: Kind } | undefined => {
  const [namespace = '', name, ...more] = relative(root, folder).split(sep)
  const kind = kinds.find((one) => folders[one] === name)
  return kind === undefined || more.length > 0 ? undefined : { namespace, kind }
}

export const isNamespace = (name: string): boolean => labelName.safeParse(name).success
export const isObjectName = (name: string): boolean => objectName.safeParse(name).success

const checked = (key: ObjectKey): ObjectKey => {
  if (isNamespace(key.namespace) && isObjectName(key.name)) return key
  throw new ResourceError('invalid', `${key.namespace}/${key.name} is no name of an object`)
}
