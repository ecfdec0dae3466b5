import { type Call, type Fault, invalidParams, invalidRequest, isObject, type Message } from './message.ts'
import { isMirrored, type Target } from './target.ts'

/** Legacy: `initialize` and sessions, up to 2025-11-25. Modern: stateless, from 2026-07-28 on. */
export type Era = 'legacy' | 'modern'

const firstModernVersion = '2026-07-28'
const versionKey = 'io.modelcontextprotocol/protocolVersion'
/** HeaderMismatch of the specification. */
const headerMismatch = -32020

type Headers = (name: string) => string | undefined

/** The body decides the era; headers must agree with it, since somebody on the way may have believed them. */
export const eraOf = (
  messages: readonly Message[],
  isBatch: boolean,
  header: Headers | undefined,
): Era | Fault => {
  const modern = messages.find((message) => message.kind === 'call' && versionIn(message) !== undefined)
  const inHeader = header?.('mcp-protocol-version')
  if (modern === undefined) {
    // Dates sort as texts do.
    const isModernHeader =
      inHeader !== undefined && /^\d{4}-/.test(inHeader) && inHeader >= firstModernVersion
    const call = messages.find((message) => message.kind === 'call')
    if (!isModernHeader || call === undefined) return 'legacy'
    return fault(call, invalidParams, `/params/_meta/${pointerPart(versionKey)} is missing`)
  }
  const call = modern as Call
  if (isBatch) return fault(call, invalidRequest, 'this version of the protocol knows no batches')
  const version = versionIn(call)
  if (header === undefined || inHeader === version) return 'modern'
  const told = inHeader === undefined ? 'is missing' : 'is not the one of the body'
  return fault(call, headerMismatch, `MCP-Protocol-Version ${told}`)
}

/** `Mcp-Method` and `Mcp-Name` say what the body says. A modern request has to have them. */
export const mirrorFault = (call: Call, target: Target, era: Era, header: Headers): Fault | undefined => {
  const method = header('mcp-method')
  const isMissing = method === undefined && era === 'modern'
  if (isMissing || (method !== undefined && method !== call.method))
    return fault(
      call,
      headerMismatch,
      `Mcp-Method ${isMissing ? 'is missing' : 'is not the method of the body'}`,
    )
  const name = header('mcp-name')
  if (name === undefined)
    return era === 'modern' && isMirrored(call.method)
      ? fault(call, headerMismatch, 'Mcp-Name is missing')
      : undefined
  return !isMirrored(call.method) || decoded(name) === target.name
    ? undefined
    : fault(call, headerMismatch, 'Mcp-Name is not the name of the body')
}

const versionIn = ({ params }: Call): unknown => {
  const { _meta: meta } = params
  return isObject(meta) ? meta[versionKey] : undefined
}

const encodedForm = /^=\?base64\?([A-Za-z0-9+/]*={0,2})\?=$/

/** What is no plain header text travels in base64. Undefined for what is neither. */
const decoded = (value: string): string | undefined => {
  const encoded = encodedForm.exec(value)?.[1]
  if (encoded === undefined) return value
  const bytes = Buffer.from(encoded, 'base64')
  const text = bytes.toString('utf8')
  return Buffer.from(text).equals(bytes) ? text : undefined
}

const pointerPart = (key: string): string => key.replaceAll('~', '~0').replaceAll('/', '~1')

const fault = ({ id }: Call, code: number, message: string): Fault => ({ status: 400, code, message, id })
