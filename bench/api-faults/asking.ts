import { Agent, request } from 'node:http'
import { endpointAt, outsideContract } from '../../packages/api/src/contract-tests/outside-contract.ts'

export interface Asked {
  readonly method: string
  /** Below `/api`. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: object | undefined
}

export interface Answer {
  readonly status: number
  readonly code: string | undefined
  readonly body: Readonly<Record<string, unknown>>
  readonly requestId: string
  readonly ms: number
  /** What of it the contract does not promise. */
  readonly fault: string | undefined
}

export type Ask = (asked: Asked) => Promise<Answer>

/** An answer that takes longer is none. */
const deadlineMs = 60_000

/** Asks an API that listens, and holds each answer against the contract. Rejects where there is no answer. */
export const createAsk = (origin: string): { readonly ask: Ask; readonly close: () => void } => {
  const agent = new Agent({ keepAlive: true, maxSockets: 2_000 })
  const ask: Ask = async ({ method, path, headers, body }) => {
    const began = performance.now()
    const { status, text, requestId } = await answered(
      agent,
      `${origin}/api${path}`,
      method,
      headers,
      body === undefined ? undefined : JSON.stringify(body),
    )
    const found = endpointAt(method, `/api${path.split('?')[0]}`)
    const told = (text === '' ? {} : JSON.parse(text)) as Readonly<Record<string, unknown>>
    return {
      status,
      code: typeof told['error'] === 'string' ? told['error'] : undefined,
      body: told,
      requestId,
      ms: performance.now() - began,
      fault: found && outsideContract(found.endpoint, { status, body: text }),
    }
  }
  return { ask, close: () => agent.destroy() }
}

const answered = (
  agent: Agent,
  url: string,
  method: string,
  headers: Readonly<Record<string, string>>,
  body: string | undefined,
): Promise<{ readonly status: number; readonly text: string; readonly requestId: string }> =>
  new Promise((resolve, reject) => {
    const type = body === undefined ? {} : { 'content-type': 'application/json' }
    const signal = AbortSignal.timeout(deadlineMs)
    const asking = request(url, { agent, method, signal, headers: { ...headers, ...type } }, (answer) => {
      const chunks: Buffer[] = []
      answer
        .on('data', (chunk: Buffer) => chunks.push(chunk))
        .once('error', reject)
        .once('end', () =>
          resolve({
            status: answer.statusCode ?? 0,
            text: Buffer.concat(chunks).toString(),
            requestId: String(answer.headers['x-request-id'] ?? ''),
          }),
        )
    })
    asking.once('error', reject).end(body)
  })
