import { createWriteStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
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
  for await (const chunk of bodyOf(request, limit)) chunks.push(chunk)
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
    await pipeline(bodyOf(request, limit), createWriteStream(path, { mode: 0o600 }))
    return await task()
  } finally {
    await rm(path, { force: true })
  }
}

async function* bodyOf(request: IncomingMessage, { name, bytesMax }: BodyLimit): AsyncGenerator<Buffer> {
  let bytes = 0
  try {
    for await (const chunk of decoded(request)) {
      bytes += chunk.length
      if (bytes > bytesMax) throw exception(229, `The body exceeds ${name}, ${bytesMax} bytes.`)
      yield chunk
    }
  } finally {
    // Whoever is still sending reads no answer before that is over.
    request.resume()
  }
}

const decoded = (request: IncomingMessage): AsyncIterable<Buffer> => {
  // The socket has to outlive a body that is refused half-way: the answer goes through it.
  const raw = request.iterator({ destroyOnReturn: false })
  const encoding = request.headers['content-encoding'] ?? 'identity'
  if (encoding === 'identity') return raw
  const createDecoder = decoders[encoding]
  if (!createDecoder) throw exception(89, `Unknown compression method: ${encoding}.`)
  const decoder = createDecoder()
  // Whoever reads from the decoder is told of its failure there.
  pipeline(raw, decoder).catch(() => {})
  return naming(decoder)
}

async function* naming(decoder: Duplex): AsyncGenerator<Buffer> {
  try {
    yield* decoder
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (!/^Z(STD)?_/.test(code ?? '')) throw error
    throw exception(354, `The body cannot be decompressed: ${message}.`)
  }
}
