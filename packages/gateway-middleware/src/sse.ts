/** Bytes of one event, kept until its end is there. */
const sseEventBytesMax = 4 * 1024 * 1024

/** What an event says. */
export interface SseFields {
  /** Its `data` lines, joined by line feeds. Without any, clients are not told of the event. */
  readonly data?: string | undefined
  /** As given: without, or when empty, the event is a `message`. */
  readonly event?: string | undefined
  readonly id?: string | undefined
  /** Milliseconds. */
  readonly retry?: number | undefined
}

/** A piece of a stream: an event, a comment that stands before one, or an empty line. */
export interface SseEvent extends SseFields {
  /** As it came, to the end of its empty line. All pieces in a row are the stream, byte for byte. */
  readonly bytes: Buffer
}

export interface SseParser {
  /**
   * Throws a `RangeError` once an event outgrows the limit: events before it were given, and none comes after it.
   * Chunks are kept until their events have ended, so nobody may write into them.
   */
  readonly push: (chunk: Uint8Array) => void
  /** What came after the last event's end. Clients pass over it when the stream is over. */
  readonly rest: () => Buffer
}

const [lf, cr, colon] = [10, 13, 58]
const byteOrderMark = [0xef, 0xbb, 0xbf]

/**
 * Takes an event stream apart as the HTML standard does, in whatever chunks it comes, and gives each piece as soon as
 * its end is there. Line ends are looked for among bytes, which no character of UTF-8 has inside.
 */
export const createSseParser = (
  onEvent: (event: SseEvent) => void,
  eventBytesMax: number = sseEventBytesMax,
): SseParser => {
  let pending: Buffer[] = []
  let pendingBytes = 0
  /** Of the line that is under way, what chunks before this one brought. */
  let lineBytes = 0
  let lineStart: number | undefined
  /** Whether the line that is under way is the first of its piece. */
  let isFirstLine = true
  /** A carriage return has just ended a line: a line feed that comes next belongs to it, and to the next piece. */
  let afterReturn = false
  let markBytes = 0
  let isStart = true

  const take = (bytes: Buffer): void => {
    pendingBytes += bytes.length
    if (pendingBytes > eventBytesMax) throw new RangeError(`an event is longer than ${eventBytesMax} bytes`)
    if (bytes.length > 0) pending.push(bytes)
  }

  const give = (): void => {
    const bytes = pending.length === 1 ? (pending[0] as Buffer) : Buffer.concat(pending)
    pending = []
    pendingBytes = 0
    const text = bytes.toString()
    const fields = fieldsOf(isStart ? text.replace(/^\uFEFF/, '') : text)
    isStart = false
    onEvent({ bytes, ...fields })
  }

  /** How much of a chunk is a byte order mark at the start of the stream, which is no part of its first line. */
  const skipMark = (chunk: Buffer): number => {
    let at = 0
    while (markBytes < 3 && at < chunk.length && chunk[at] === byteOrderMark[markBytes]) {
      at++
      markBytes++
    }
    if (markBytes < 3 && at < chunk.length) {
      // It was none: what looked like its beginning belongs to the line.
      if (markBytes > 0) lineStart = byteOrderMark[0]
      lineBytes += markBytes
      markBytes = 3
    }
    return at
  }

  /** Where a chunk's own lines begin. */
  const skipOthers = (chunk: Buffer): number => {
    const isRestOfEnd = afterReturn && chunk[0] === lf
    afterReturn = false
    if (isRestOfEnd) return 1
    return markBytes < 3 ? skipMark(chunk) : 0
  }

  /** Behind a line's end. */
  const skipEnd = (chunk: Buffer, end: number): number => {
    if (chunk[end] === lf) return end + 1
    afterReturn = end + 1 === chunk.length
    return chunk[end + 1] === lf ? end + 2 : end + 1
  }

  const push = (given: Uint8Array): void => {
    const chunk = Buffer.from(given.buffer, given.byteOffset, given.byteLength)
    if (chunk.length === 0) return
    let from = 0
    let at = skipOthers(chunk)
    const endOfLine = lineEnds(chunk)
    for (let end = endOfLine(at); end >= 0; end = endOfLine(at)) {
      const isEmpty = lineBytes === 0 && end === at
      const isComment = (lineBytes > 0 ? lineStart : chunk[at]) === colon
      lineBytes = 0
      at = skipEnd(chunk, end)
      // A comment that no field comes before goes out at once: it may be all that comes for a while.
      const endsPiece = isEmpty || (isComment && isFirstLine)
      isFirstLine = endsPiece
      if (!endsPiece) continue
      take(chunk.subarray(from, at))
      give()
      from = at
    }
    if (lineBytes === 0 && at < chunk.length) lineStart = chunk[at]
    lineBytes += chunk.length - at
    take(chunk.subarray(from))
  }

  return { push, rest: () => Buffer.concat(pending) }
}

/** Finds the next end of a line, and looks at no byte twice for it. */
const lineEnds = (chunk: Buffer): ((from: number) => number) => {
  let nextLf = -2
  let nextCr = -2
  return (from) => {
    if (nextLf !== -1 && nextLf < from) nextLf = chunk.indexOf(lf, from)
    if (nextCr !== -1 && nextCr < from) nextCr = chunk.indexOf(cr, from)
    if (nextLf < 0 || nextCr < 0) return Math.max(nextLf, nextCr)
    return Math.min(nextLf, nextCr)
  }
}

/** Empty lines in it are its end, and what a carriage return before it left over. */
const fieldsOf = (text: string): SseFields => {
  const data: string[] = []
  let event: string | undefined
  let id: string | undefined
  let retry: number | undefined
  for (const line of text.split(/\r\n|\r|\n/)) {
    const [, name, value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? []
    if (name === 'data') data.push(value)
    else if (name === 'event') event = value
    else if (name === 'id' && !value.includes('\0')) id = value
    else if (name === 'retry' && /^\d+$/.test(value)) retry = Number(value)
  }
  return { data: data.length === 0 ? undefined : data.join('\n'), event, id, retry }
}

/** Writes an event, `data` as many lines as it has. */
export const encodeSseEvent = ({ event, id, retry, data }: SseFields): string => {
  const lines: string[] = []
  if (event !== undefined) lines.push(`event: ${oneLine(event)}`)
  if (id !== undefined) lines.push(`id: ${oneLine(id)}`)
  if (retry !== undefined) lines.push(`retry: ${retry}`)
  if (data !== undefined) lines.push(...data.split(/\r\n|\r|\n/).map((line) => `data: ${line}`))
  return `${lines.join('\n')}\n\n`
}

/** A line end in a name or an id would let it write fields of its own. */
const oneLine = (value: string): string => value.replace(/[\r\n\0]/g, '')
