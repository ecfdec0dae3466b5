/** What an issuer answers with: metadata and keys are a few KiB. */
const bytesMax = 256 * 1024

/** The JSON of an answer of 200; whatever else it is, throws. */
export const readIssuerJson = async (answer: Response): Promise<unknown> => {
  const chunks: Uint8Array[] = []
  let bytes = 0
  if (answer.status !== 200) {
    await answer.body?.cancel()
    throw new Error(`answered ${answer.status}`)
  }
  for await (const chunk of answer.body ?? []) {
    bytes += chunk.length
    if (bytes > bytesMax) throw new Error(`longer than ${bytesMax} bytes`)
    chunks.push(chunk)
  }
  return JSON.parse(Buffer.concat(chunks).toString())
}
