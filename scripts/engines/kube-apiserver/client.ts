import { readFileSync } from 'node:fs'
import { Agent, request } from 'node:https'

const answeredWithinMs = 30_000
const socketsMax = 8

interface Answer {
  readonly status: number
  // biome-ignore lint/suspicious/noExplicitAny: what a server answers is what is tested
  readonly body: any
}

interface Asked {
  readonly body?: unknown
  /** Of the body: by this alone one kind of patch is told from another. */
  readonly type?: string
  readonly accept?: string
  readonly query?: Readonly<Record<string, string>>
  readonly withinMs?: number
}

export interface ApiServer {
  readonly ask: (method: string, path: string, asked?: Asked) => Promise<Answer>
  readonly close: () => void
}

interface Reach {
  readonly server: string
  readonly ca: string | undefined
  readonly token?: string | undefined
  readonly cert?: string | undefined
  readonly key?: string | undefined
}

/** An API server, spoken to in plain HTTPS: no library smooths over what it says. */
export const apiServerAt = ({ server, token, ...tls }: Reach): ApiServer => {
  const agent = new Agent({ keepAlive: true, maxSockets: socketsMax, ...tls })
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` }
  const ask: ApiServer['ask'] = (method, path, asked = {}) =>
    new Promise((resolve, reject) => {
      const { body, type = 'application/json', accept = 'application/json', query = {} } = asked
      const url = new URL(path, server)
      for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value)
      const sending = body === undefined || typeof body === 'string' ? (body ?? '') : JSON.stringify(body)
      // Of a DELETE nobody but us says how long it is: its body would be read as the next request.
      const length = { 'content-length': Buffer.byteLength(sending) }
      const content = sending === '' ? {} : { 'content-type': type, ...length }
      const signal = AbortSignal.timeout(asked.withinMs ?? answeredWithinMs)
      const headers = { ...authorization, accept, ...content }
      const sent = request(url, { method, agent, headers, signal }, (response) => {
        response.setEncoding('utf8')
        let text = ''
        response.on('data', (part: string) => (text += part))
        response.on('error', reject)
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body: read(text) }))
      })
      sent.on('error', reject)
      sent.end(sending)
    })
  return { ask, close: () => agent.destroy() }
}

const read = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

interface Named {
  readonly name: string
}
interface Kubeconfig {
  readonly 'current-context': string
  readonly contexts: readonly (Named & { readonly context: Readonly<Record<'cluster' | 'user', string>> })[]
  readonly clusters: readonly (Named & { readonly cluster: Readonly<Record<string, string>> })[]
  readonly users: readonly (Named & { readonly user: Readonly<Record<string, string>> })[]
}

/** The one that a kubeconfig in JSON leads to, as `kubectl config view --raw --minify -o json` prints any other. */
export const apiServerOf = (kubeconfig: string): ApiServer => {
  const file = JSON.parse(readFileSync(kubeconfig, 'utf8')) as Kubeconfig
  const context = named(file.contexts, file['current-context'])?.context
  const cluster = named(file.clusters, context?.cluster)?.cluster ?? {}
  const user = named(file.users, context?.user)?.user ?? {}
  return apiServerAt({
    server: cluster['server'] ?? '',
    ca: decoded(cluster['certificate-authority-data']),
    token: user['token'],
    cert: decoded(user['client-certificate-data']),
    key: decoded(user['client-key-data']),
  })
}

const named = <T extends Named>(list: readonly T[], name: string | undefined): T | undefined =>
  list.find((one) => one.name === name)

const decoded = (data: string | undefined): string | undefined =>
  data === undefined ? undefined : Buffer.from(data, 'base64').toString()
