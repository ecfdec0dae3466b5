import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { PolicyDocument } from '@mcp-sentinel/policy'
import { revisionOf } from '@mcp-sentinel/policy/revision'
import { encodeSseEvent } from '../sse.ts'

/** A control plane's end of the wire that `httpPolicy` reads. */
export interface PolicyServer {
  readonly url: string
  /** Whom it answers; may change. */
  token: string
  /** Answers in place of a stream, while it is set. */
  answer: ((response: ServerResponse) => void) | undefined
  /** What was asked, from the first on. */
  readonly requests: readonly IncomingHttpHeaders[]
  /** Resolves when so many requests have come. */
  readonly asked: (count: number) => Promise<void>
  /** The policy from now on, for streams that are open and those to come. */
  readonly publish: (document: PolicyDocument) => void
  /** The same for what may be no policy. */
  readonly publishText: (text: string, id: string) => void
  /** To the streams that are open, as it is. */
  readonly write: (text: string) => void
  /** Ends the streams that are open. */
  readonly cut: () => void
  readonly close: () => Promise<void>
}

export const createPolicyServer = async (): Promise<PolicyServer> => {
  const requests: IncomingHttpHeaders[] = []
  const open = new Set<ServerResponse>()
  const waiting = new Set<{ readonly count: number; readonly resolve: () => void }>()
  let policy: { readonly id: string; readonly text: string } | undefined

  const http = createServer((request, response) => {
    requests.push(request.headers)
    if (server.answer !== undefined) server.answer(response)
    else if (request.headers.authorization !== `Bearer ${server.token}`) response.writeHead(401).end()
    else begin(response, request.headers['last-event-id'])
    for (const one of waiting) if (requests.length >= one.count) one.resolve()
  })

  /** A stream begins with the policy, or with a comment for who has it. */
  const begin = (response: ServerResponse, known: string | string[] | undefined): void => {
    response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
    })
    response.on('close', () => open.delete(response))
    open.add(response)
    response.write(policy === undefined || policy.id === known ? ': nothing new\n\n' : eventOf(policy))
  }

  const write = (text: string): void => {
    for (const response of open) response.write(text)
  }
  const publishText = (text: string, id: string): void => {
    policy = { id, text }
    write(eventOf(policy))
  }
  const cut = (): void => {
    for (const response of open) response.destroy()
  }

  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const server: PolicyServer = {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/policy`,
    token: 'token-of-payments',
    answer: undefined,
    requests,
    asked: (count) =>
      new Promise((resolve) => {
        if (requests.length >= count) resolve()
        else waiting.add({ count, resolve })
      }),
    publish: (document) =>
      publishText(JSON.stringify(document, undefined, 2), document.revision ?? revisionOf(document)),
    publishText,
    write,
    cut,
    close: () => {
      cut()
      http.closeAllConnections()
      return new Promise((resolve) => void http.close(() => resolve()))
    },
  }
  return server
}

const eventOf = ({ id, text }: { readonly id: string; readonly text: string }): string =>
  encodeSseEvent({ event: 'policy', id, data: text })
