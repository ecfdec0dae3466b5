import type { IncomingMessage } from 'node:http'
import { readBody } from './body.ts'
import { exception } from './exception.ts'

/** A form's fields are told apart from those of the address by nothing: clients use one when their values are long. */
export const withForm = async (
  request: IncomingMessage,
  search: URLSearchParams,
  bytesMax: number,
): Promise<URLSearchParams> => {
  const type = request.headers['content-type']
  if (!type?.startsWith('multipart/form-data')) return search
  const body = await readBody(request, { name: 'the limit of a form', bytesMax })
  const form = await new Response(body, { headers: { 'Content-Type': type } }).formData().catch((cause) => {
    throw exception(62, `Syntax error: the form cannot be read: ${cause.message}.`)
  })
  const all = new URLSearchParams(search)
  for (const [name, value] of form) {
    if (typeof value !== 'string')
      throw exception(48, `${name} is a file: tables that come along are not supported.`)
    all.append(name, value)
  }
  return all
}
