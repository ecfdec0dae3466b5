import { type Look, lookAt } from './look.ts'
import { createSseParser, type SseEvent } from './sse.ts'

/** Bytes of a JSON answer that is held back until it is whole. */
export const listBytesMax = 4 * 1024 ** 2

/** What a head says of a body that may come out otherwise. */
export const bodyHeaders = ['content-length', 'etag', 'digest', 'content-digest'] as const

/** A response's body on its way to a client that may not see all of it. */
export interface ListingBody {
  /** What can go on by now. Throws a `RangeError` where the answer is too large to look into; then it must not go on. */
  readonly push: (chunk: Uint8Array) => Buffer
  readonly end: () => Buffer
}

/** Undefined for bodies that hold no messages: they go on as they are. */
export const createListingBody = (contentType: string | undefined, look: Look): ListingBody | undefined => {
  const media = /^[^;]*/
    .exec(contentType ?? '')?.[0]
    .trim()
    .toLowerCase()
  if (media !== 'application/json' && media !== 'text/event-stream') return undefined
  const body = media === 'application/json' ? jsonBody(look) : streamBody(look)
  return look.show === undefined ? passing(body) : body
}

/** Goes on at once, and is only heard: what is too large for that goes on unheard. */
const passing = (heard: ListingBody): ListingBody => {
  let isLost = false
  const hear = (listen: () => unknown): void => {
    try {
      if (!isLost) listen()
    } catch {
      isLost = true
    }
  }
  return {
    push: (chunk) => {
      hear(() => heard.push(chunk))
      return Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length)
    },
    end: () => {
      hear(heard.end)
      return nothing
    },
  }
}

const jsonBody = (look: Look): ListingBody => {
  const chunks: Uint8Array[] = []
  let bytes = 0
  return {
    push: (chunk) => {
      bytes += chunk.length
      if (bytes > listBytesMax)
        throw new RangeError(`an answer with lists has more than ${listBytesMax} bytes`)
      chunks.push(chunk)
      return nothing
    },
    end: () => {
      const whole = Buffer.concat(chunks)
      const filtered = filterText(whole.toString('utf8'), look)
      return filtered === undefined ? whole : Buffer.from(filtered)
    },
  }
}

const streamBody = (look: Look): ListingBody => {
  let ready: Buffer[] = []
  const parser = createSseParser((event) => ready.push(filterEvent(event, look)))
  const take = (): Buffer => {
    const taken = ready.length === 1 ? (ready[0] as Buffer) : Buffer.concat(ready)
    ready = []
    return taken
  }
  return {
    push: (chunk) => {
      parser.push(chunk)
      return take()
    },
    // An event that has no end is none, and may be half a list.
    end: () => nothing,
  }
}

const nothing = Buffer.alloc(0)

const filterEvent = (event: SseEvent, look: Look): Buffer => {
  const { data, event: type, id, retry, bytes } = event
  if (data === undefined) return bytes
  const filtered = filterText(data, look)
  if (filtered === undefined) return bytes
  const lines = [
    ...(type === undefined ? [] : [`event: ${type}`]),
    ...(id === undefined ? [] : [`id: ${id}`]),
    ...(retry === undefined ? [] : [`retry: ${retry}`]),
    `data: ${filtered}`,
  ]
  return Buffer.from(`${lines.join('\n')}\n\n`)
}

/** Undefined where it goes on as it is; what is not JSON holds no list that a client would read. */
const filterText = (text: string, look: Look): string | undefined => {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  const filtered = lookAt(value, look)
  return filtered === value ? undefined : JSON.stringify(filtered)
}
