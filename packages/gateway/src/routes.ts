import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Answer, PolicySource } from '@mcp-sentinel/gateway-middleware'
import { answerNode } from '@mcp-sentinel/gateway-middleware/bind/node'

export interface RoutesOptions {
  readonly policy: PolicySource
  /** Of the protected resource that a path names; undefined where the policy in force asks for no OAuth. */
  readonly resourceMetadata: (path: string) => object | undefined
}

const metadataPath = '/.well-known/oauth-protected-resource'

/** Answers what is the gateway's own on its public port; false for everything else. These paths of the server's cannot be reached. */
export const createRoutes = ({ policy, resourceMetadata }: RoutesOptions) => {
  let wasReady = false

  const ready = (): Answer => {
    wasReady ||= policy.current() !== undefined
    if (wasReady) return text('ready')
    const { lastError } = policy.status()
    const why = lastError === undefined ? {} : { last_reload_error: lastError }
    return json(503, { status: 'not_ready', reason: 'policy_not_loaded', ...why })
  }

  const metadata = (method: string | undefined, path: string): Answer => {
    if (method === 'OPTIONS')
      return answer(204, { ...anyOrigin, 'access-control-allow-methods': 'GET, HEAD' })
    if (method !== 'GET' && method !== 'HEAD')
      return answer(405, { ...anyOrigin, allow: 'GET, HEAD, OPTIONS' })
    const document = resourceMetadata(path.slice(metadataPath.length))
    return document === undefined ? json(404, noOauth, anyOrigin) : json(200, document, anyOrigin)
  }

  const answerTo = (method: string | undefined, path: string): Answer | undefined => {
    if (path === '/health') return text('ok')
    if (path === '/ready') return ready()
    const isMetadata = path === metadataPath || path.startsWith(`${metadataPath}/`)
    return isMetadata ? metadata(method, path) : undefined
  }

  return (req: IncomingMessage, res: ServerResponse): boolean => {
    const own = answerTo(req.method, (req.url ?? '').split(/[?#]/, 1)[0] as string)
    if (own === undefined) return false
    answerNode(res, own)
    return true
  }
}

const anyOrigin = { 'access-control-allow-origin': '*' }
const noOauth = {
  error: 'oauth_not_enabled',
  message: 'this server does not ask for OAuth',
  adapter_required: true,
}

const answer = (status: number, headers: Answer['headers'], body = ''): Answer => ({ status, headers, body })
const text = (body: string): Answer => answer(200, { 'content-type': 'text/plain; charset=utf-8' }, body)
const json = (status: number, body: object, headers: Answer['headers'] = {}): Answer =>
  answer(status, { ...headers, 'content-type': 'application/json' }, JSON.stringify(body))

interface RecordsStatus {
  readonly durability: 'process' | 'node' | 'log' | 'none'
  readonly blocked: string | undefined
}

/** Which policy is in force, and nothing of what it says; what records are promised, and why none are shipped. */
export const statusOf = (policy: PolicySource, { durability, blocked }: RecordsStatus): object => {
  const { revision, loadedAt, lastError } = policy.status()
  const document = policy.current()?.document
  return {
    ready: document !== undefined,
    schema_version: document?.schema_version ?? 'v1',
    revision,
    ...(loadedAt === undefined ? {} : { loaded_at: new Date(loadedAt).toISOString() }),
    ...(lastError === undefined ? {} : { last_reload_error: lastError }),
    durability,
    ...(blocked === undefined ? {} : { shipping_error: blocked }),
  }
}
