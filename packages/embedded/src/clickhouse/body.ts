import { createWriteStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { type Duplex, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from 'node:zlib'
import { exception } from './exception.ts'

const decoders: Readonly<Record<string, () => Duplex>> = {
  gzip: createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
  zstd: createZstdDecompress,
}

/** What a body inflates to counts, not what travels. */
export interface BodyLimit {
  readonly name: string
  readonly bytesMax: number
}

export const readBody = async (request: IncomingMessage, limit: BodyLimit): Promise<Buffer> => {
  const chunks: Buffer[] = []
  await pour(request, limit, async (source) => {
    for await (const chunk of source) chunks.push(chunk)
  })
  return Buffer.concat(chunks)
}

/**
 * Runs a task with the body in a file: however large it is, no more than a chunk of it is in memory, and the engine reads
 * every format from there. A body that breaks off reaches nobody.
 */
export const withBodyInFile = async <T>(
  request: IncomingMessage,
  limit: BodyLimit,
  path: string,
  task: () => Promise<T>,
): Promise<T> => {
  try {
    await pour(request, limit, (source) => pipeline(source, createWriteStream(path, { mode: 0o600 })))
    return await task()
  } finally {
    await rm(path, { force: true })
  }
}

const pour = async (
  request: IncomingMessage,
  limit: BodyLimit,
  into: (source: AsyncIterable<Buffer>) => Promise<void>,
): Promise<void> => {
  const meter = createMeter(limit)
  const encoding = request.headers['content-encoding'] ?? 'identity'
  if (encoding === 'identity') {
    await Promise.all([pipeline(request, meter), into(meter)])
    return
  }
  const decoder = decoders[encoding]
  if (!decoder) throw exception(89, `Unknown compression method: ${encoding}.`)
  await Promise.all([pipeline(request, decoder(), meter).catch(asInflateFailure), into(meter)])
}

const createMeter = ({ name, bytesMax }: BodyLimit): Duplex => {
  let bytes = 0
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length
      if (bytes <= bytesMax) done(null, chunk)
      else done(exception(999, `The body exceeds ${name}, ${bytesMax} bytes.`))
    },
  })
}

const asInflateFailure = (error: NodeJS.ErrnoException): never => {
  throw error.code?.startsWith('Z_') || error.code?.startsWith('ZSTD_')
    ? exception(354, `The body cannot be decompressed: ${error.message}.`)
    : error
}
