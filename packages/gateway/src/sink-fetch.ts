import { Readable } from 'node:stream'
import { request } from 'undici'

/**
 * `fetch` as far as a sink needs it, which hands it bytes and follows nothing. The real one copies them, and what that
 * leaves behind had the whole heap collected every second under load.
 */
export const sinkFetch: typeof fetch = async (url, { method = 'GET', headers, body, signal } = {}) => {
  const answer = await request(url as URL, {
    method: method as 'POST',
    headers: Object.fromEntries(headers as Headers),
    body: body as Uint8Array,
    signal: signal ?? null,
  })
  const { statusCode: status } = answer
  const told = Object.entries(answer.headers).map(([name, value]): [string, string] => [name, String(value)])
  if (!withoutBody.has(status))
    return new Response(Readable.toWeb(answer.body) as ReadableStream, { status, headers: told })
  await answer.body.dump()
  return new Response(null, { status, headers: told })
}

const withoutBody: ReadonlySet<number> = new Set([204, 205, 304])
