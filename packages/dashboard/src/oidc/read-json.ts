/** Metadata and tokens are a few KiB. */
const bytesMax = 256 * 1024

/** The JSON object of an answer of any status; throws where it has none, or too much. */
export const readJson = async (answer: Response): Promise<Readonly<Record<string, unknown>>> => {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of answer.body ?? []) {
    bytes += chunk.length
    if (bytes > bytesMax) throw new Error(`the answer is longer than ${bytesMax} bytes`)
    chunks.push(chunk)
  }
  const read: unknown = JSON.parse(Buffer.concat(chunks).toString())
  if (typeof read !== 'object' || read === null) throw new Error('the answer is no object')
  return read as Record<string, unknown>
}
