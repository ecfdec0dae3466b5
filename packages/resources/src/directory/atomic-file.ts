import { hash, randomUUID } from 'node:crypto'
import { link, lstat, mkdir, open, readFile, rename, stat, unlink } from 'node:fs/promises'
import { basename, dirname, join, relative, sep } from 'node:path'
import { ResourceError } from '../errors.ts'

export interface FileState {
  readonly text: string
  /** SHA-256 of the bytes. */
  readonly digest: string
}

/** A file no longer than this is read. */
const bytesMax = 4 * 1024 * 1024

/** What a file holds; undefined when there is none. A link is not followed: it may lead anywhere. */
export const readState = async (path: string): Promise<FileState | undefined> => {
  try {
    const stats = await lstat(path)
    if (!stats.isFile()) throw new ResourceError('unreadable', `${path}: is not a file`)
    if (stats.size > bytesMax)
      throw new ResourceError('unreadable', `${path}: is longer than ${bytesMax} bytes`)
    const bytes = await readFile(path)
    return { text: decoded(path, bytes), digest: hash('sha256', bytes) }
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error instanceof ResourceError ? error : storageError(path, error)
  }
}

const decoded = (path: string, bytes: Uint8Array): string => {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    throw new ResourceError('unreadable', `${path}: is not UTF-8`, { cause })
  }
}

/**
 * Puts a text in the place of the state that was read, or where nothing was. The file is whole at every moment, before
 * and after a crash, and whoever edits it by hand in between is not overwritten: then there is a conflict.
 */
export const replaceFile = async (
  root: string,
  path: string,
  text: string,
  before: FileState | undefined,
): Promise<FileState> => {
  const folder = dirname(path)
  await stayInside(root, folder)
  await guarded(path, () => makeInside(root, folder))
  // No `.yaml` at its end: nobody takes it for a resource.
  const beside = join(folder, `.${basename(path)}.${randomUUID()}`)
  try {
    await guarded(path, () => writeDurably(beside, text))
    if (before === undefined) await guarded(path, () => link(beside, path))
    else {
      await demandUnchanged(root, path, before)
      await guarded(path, () => rename(beside, path))
    }
    await guarded(path, () => syncFolder(folder))
  } finally {
    await unlink(beside).catch(() => undefined)
  }
  return { text, digest: hash('sha256', text) }
}

export const removeFile = async (root: string, path: string, before: FileState): Promise<void> => {
  await stayInside(root, dirname(path))
  await demandUnchanged(root, path, before)
  await guarded(path, () => unlink(path))
  await guarded(path, () => syncFolder(dirname(path)))
}

const demandUnchanged = async (root: string, path: string, before: FileState): Promise<void> => {
  const now = await readState(path)
  if (now === undefined) await demandRoot(root)
  if (now?.digest !== before.digest) throw changedMeanwhile(path)
}

const changedMeanwhile = (path: string): ResourceError =>
  new ResourceError('conflict', `${path}: was changed meanwhile; read it again`)

/** Never the root itself: in the place of one that has gone, an empty folder would say that all was deleted. */
const makeInside = async (root: string, folder: string): Promise<void> => {
  let at = root
  for (const part of relative(root, folder)
    .split(sep)
    .filter((part) => part !== '')) {
    at = join(at, part)
    await mkdir(at).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error
    })
  }
}

const writeDurably = async (path: string, text: string): Promise<void> => {
  const file = await open(path, 'wx', 0o644)
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
}

const syncFolder = async (path: string): Promise<void> => {
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

/** No folder on the way may be a link: it could lead anywhere. */
export const stayInside = async (root: string, folder: string): Promise<void> => {
  let at = root
  for (const part of relative(root, folder).split(sep)) {
    at = join(at, part)
    const stats = await lstat(at).catch((error: unknown) => {
      if (isMissing(error)) return undefined
      throw storageError(at, error)
    })
    if (stats === undefined) return
    if (!stats.isDirectory()) throw new ResourceError('invalid', `${at}: is not a folder`)
  }
}

/** A folder that is not there holds nothing anybody deleted: a volume may have gone. */
export const demandRoot = async (root: string): Promise<void> => {
  await stat(root).catch((error: unknown) => {
    throw storageError(root, error)
  })
}

const guarded = async <T>(path: string, work: () => Promise<T>): Promise<T> => {
  try {
    return await work()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw changedMeanwhile(path)
    throw error instanceof ResourceError ? error : storageError(path, error)
  }
}

export const isMissing = (error: unknown): boolean =>
  ['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')

const passing: readonly string[] = ['EMFILE', 'ENFILE', 'ENOSPC', 'EBUSY', 'EAGAIN', 'EDQUOT']

export const storageError = (path: string, cause: unknown): ResourceError => {
  const { code = 'unknown' } = cause as NodeJS.ErrnoException
  return new ResourceError('storage', `${path}: ${code}`, { cause, retryable: passing.includes(code) })
}
