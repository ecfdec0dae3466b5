import { type OpenFile, openFile } from '../../packages/events/src/segment/files.ts'

/** Bytes that were written, or a sync. */
export type DiskCall = number | 'datasync'

/** Real files that write down what was asked of them, so that the same can be asked again by nothing else. */
export const createRecordedFiles = () => {
  const calls: DiskCall[] = []
  const open: OpenFile = async (path, flags) => {
    const file = await openFile(path, flags)
    return {
      read: (...bytes) => file.read(...bytes),
      stat: () => file.stat(),
      truncate: (length) => file.truncate(length),
      sync: () => file.sync(),
      close: () => file.close(),
      write: (bytes, offset, length, position) => {
        calls.push(length)
        return file.write(bytes, offset, length, position)
      },
      datasync: () => {
        calls.push('datasync')
        return file.datasync()
      },
    }
  }
  return { open, calls }
}
