import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createBrotliCompress, createDeflate, createGzip, createZstdCompress } from 'node:zlib'
import { describe } from './exception.ts'
import type { Outcome } from './session.ts'

const encoders: readonly (readonly [string, () => Duplex])[] = [
  ['gzip', createGzip],
  ['zstd', createZstdCompress],
  ['br', createBrotliCompress],
  ['deflate', createDeflate],
]

export interface Rows {
  readonly chunks: AsyncIterable<Uint8Array>
  readonly format: string
  readonly compress: boolean
  readonly version: string
}

/**
 * The first chunk is awaited before anything is sent, so that a statement which fails at once is answered with its
 * status. One that fails later has been called a success: the error then ends the body, marked as a server marks it.
 */
export const answerRows = async (
  request: IncomingMessage,
  response: ServerResponse,
  rows: Rows,
): Promise<void> => {
  const { chunks, format, compress, version } = rows
  const source = chunks[Symbol.asyncIterator]()
  const first = await source.next()
  const tag = randomBytes(8).toString('hex')
  response.setHeader('X-ClickHouse-Format', format)
  response.setHeader('X-ClickHouse-Exception-Tag', tag)
  const body = withErrorAtEnd(first, source, (error) => exceptionBlock(describe(error, version).text, tag))
  const [encoding, createEncoder] = (compress && accepted(request)) || []
  if (encoding === undefined || createEncoder === undefined) return pipeline(body, response)
  response.setHeader('Content-Encoding', encoding)
  return pipeline(body, createEncoder(), response)
}

const accepted = (request: IncomingMessage) =>
  encoders.find(([name]) => request.headers['accept-encoding']?.includes(name))

async function* withErrorAtEnd(
  first: IteratorResult<Uint8Array>,
  rest: AsyncIterator<Uint8Array>,
  block: (error: unknown) => string,
): AsyncGenerator<Uint8Array | string> {
  try {
    for (let next = first; !next.done; next = await rest.next()) yield next.value
  } catch (error) {
    yield block(error)
  } finally {
    await rest.return?.()
  }
}

const exceptionBlock = (text: string, tag: string): string => {
  const message = `${text}\n`
  return `\r\n__exception__\r\n${tag}\r\n${message}${Buffer.byteLength(message)} ${tag}\r\n__exception__\r\n`
}

export const summaryOf = ({ rows, rowBytes, elapsedS }: Outcome, written: boolean): string =>
  JSON.stringify({
    read_rows: String(rows),
    read_bytes: String(rowBytes),
    written_rows: String(written ? rows : 0),
    written_bytes: String(written ? rowBytes : 0),
    total_rows_to_read: '0',
    result_rows: String(rows),
    result_bytes: String(rowBytes),
    elapsed_ns: String(Math.round(elapsedS * 1e9)),
  })

export const answerException = (response: ServerResponse, error: unknown, version: string): void => {
  if (response.destroyed) return
  if (response.headersSent) {
    response.destroy()
    return
  }
  const { code, httpStatus, text } = describe(error, version)
  response.setHeader('X-ClickHouse-Exception-Code', String(code ?? 1001))
  response.writeHead(httpStatus, { 'Content-Type': 'text/plain; charset=UTF-8' }).end(`${text}\n`)
}
