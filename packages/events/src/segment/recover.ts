import { EventError } from '../errors.ts'
import {
  listSegments,
  type OpenFile,
  readFully,
  type SegmentFile,
  type SegmentName,
  segmentName,
  syncDirectory,
  writeWhole,
} from './files.ts'
import { decodeFrame, fileHead, fileHeadBytes, findFrame, frameBytesMax } from './frame.ts'

/** What a crash left half written at the end of the last file, and was cut off. Nobody was told that it is there. */
export interface TornTail {
  readonly file: string
  readonly position: number
  readonly bytes: number
  readonly why: string
}

export interface Recovered {
  readonly file: SegmentFile
  readonly name: SegmentName
  /** Where the next frame goes. */
  readonly position: number
  readonly nextOffset: number
  readonly cut: TornTail | undefined
}

const chunkBytes = 2 * frameBytesMax

/** Opens the last file for writing, without what is torn at its end. All files before it are whole: see `rotate`. */
export const recover = async (directory: string, open: OpenFile): Promise<Recovered> => {
  const last = (await listSegments(directory)).at(-1)
  if (last === undefined) return createSegment(segmentName(directory, 0), directory, open)
  const file = await open(last.path, 'r+')
  try {
    const { size } = await file.stat()
    if (!(await hasHead(file, last, size))) {
      await file.close()
      return { ...(await createSegment(last, directory, open)), cut: tornTail(last, 0, size, 'no head') }
    }
    const { position, nextOffset, why } = await scan(file, last)
    const cut = position === size ? undefined : tornTail(last, position, size, why)
    if (cut !== undefined) await file.truncate(position)
    // What a dead process wrote may not be on the disk yet, and from here on it counts as if it were.
    await file.datasync()
    return { file, name: last, position, nextOffset, cut }
  } catch (error) {
    await file.close().catch(() => {})
    throw error
  }
}

/** A new file, on the disk with its head and its name before any frame is. */
export const createSegment = async (
  name: SegmentName,
  directory: string,
  open: OpenFile,
): Promise<Recovered> => {
  const file = await open(name.path, 'w+')
  try {
    await writeWhole(file, fileHead, 0)
    await file.datasync()
    await syncDirectory(directory, open)
  } catch (error) {
    await file.close().catch(() => {})
    throw error
  }
  return { file, name, position: fileHeadBytes, nextOffset: name.firstOffset, cut: undefined }
}

const tornTail = ({ path }: SegmentName, position: number, size: number, why: string): TornTail => ({
  file: path,
  position,
  bytes: size - position,
  why,
})

/** False when the head never reached the disk, and so nothing did that came after it. */
const hasHead = async (file: SegmentFile, { path }: SegmentName, size: number): Promise<boolean> => {
  const head = await readFully(file, Buffer.alloc(fileHeadBytes), 0)
  if (head.equals(fileHead)) return true
  const isTorn = head.every((byte) => byte === 0) || head.equals(fileHead.subarray(0, head.length))
  if (isTorn && size <= fileHeadBytes) return false
  if (head.subarray(0, 6).equals(fileHead.subarray(0, 6)))
    throw new EventError('segment_version_unknown', `${path} has version ${head.readUInt16LE(6)}, not 1`, {
      details: { file: path },
    })
  throw corruption(path, 0, 'no head of a segment file')
}

export const corruption = (file: string, position: number, why: string): EventError =>
  new EventError('segment_corrupt', `${file} is damaged at byte ${position}: ${why}`, {
    details: { file, position },
  })

/** Walks over all frames up to the end, or up to what is torn there. */
const scan = async (file: SegmentFile, { path, firstOffset }: SegmentName) => {
  const chunk = Buffer.allocUnsafe(chunkBytes)
  let position = fileHeadBytes
  let nextOffset = firstOffset
  for (;;) {
    const bytes = await readFully(file, chunk, position)
    let at = 0
    for (;;) {
      const frame = decodeFrame(bytes, at)
      if (frame === 'incomplete' && bytes.length === chunkBytes && at > 0) break
      if (frame === 'incomplete' || 'corrupt' in frame) {
        position += at
        const why = frame === 'incomplete' ? 'a frame that was not written to its end' : frame.corrupt
        await refuseUnlessTail(file, path, position, nextOffset, why)
        return { position, nextOffset, why }
      }
      if (frame.offset !== nextOffset)
        throw corruption(path, position + at, `offset ${frame.offset} where ${nextOffset} should be`)
      at = frame.end
      nextOffset++
    }
    position += at
  }
}

/** A writer dies at the end of what it writes. Damage before frames that are whole is none of its doing. */
const refuseUnlessTail = async (
  file: SegmentFile,
  path: string,
  position: number,
  nextOffset: number,
  why: string,
): Promise<void> => {
  const { size } = await file.stat()
  const rest = await readFully(file, Buffer.allocUnsafe(size - position), position)
  const later = findFrame(rest, 1, nextOffset)
  if (later !== undefined)
    throw corruption(path, position, `${why}, and a whole frame follows at byte ${position + later}`)
}
