import { type FileHandle, open, stat } from 'node:fs/promises'

export type WholeFile =
  | { readonly ok: true; readonly bytes: Buffer }
  | { readonly ok: false; readonly why: string }

/** Tries to read a file that is being written before what there is counts. */
const triesMax = 3

/** A file's bytes as they were at one time: read again when they changed meanwhile. */
export const readWhole = async (path: string, bytesMax: number): Promise<WholeFile> => {
  try {
    // Opening a pipe or a device may never return.
    if (!(await stat(path)).isFile()) return { ok: false, why: `${path}: is not a file` }
    for (let tries = 1; ; tries++) {
      const file = await open(path)
      try {
        const before = await stateOf(file)
        if (before.size > bytesMax) return { ok: false, why: `${path}: is longer than ${bytesMax} bytes` }
        const bytes = await readAll(file, before.size)
        const after = await stateOf(file)
        const isWhole = bytes.length === after.size && before.changed === after.changed
        if (isWhole) return { ok: true, bytes }
        if (tries === triesMax) return { ok: false, why: `${path}: changes while it is read` }
      } finally {
        await file.close()
      }
    }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    return { ok: false, why: `${path}: cannot be read: ${code ?? message}` }
  }
}

const stateOf = async (file: FileHandle): Promise<{ readonly size: number; readonly changed: string }> => {
  const { size, mtimeNs, ctimeNs } = await file.stat({ bigint: true })
  return { size: Number(size), changed: `${size} ${mtimeNs} ${ctimeNs}` }
}

/** Up to one byte more than there should be, so that a file that grew is noticed and never read without end. */
const readAll = async (file: FileHandle, size: number): Promise<Buffer> => {
  const buffer = Buffer.allocUnsafe(size + 1)
  let length = 0
  while (length < buffer.length) {
    const { bytesRead } = await file.read(buffer, length, buffer.length - length, length)
    if (bytesRead === 0) break
    length += bytesRead
  }
  return buffer.subarray(0, length)
}
