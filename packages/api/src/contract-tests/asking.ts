import { type Client, createClient } from '@mcp-sentinel/contract/client'
import type { App } from '@mcp-sentinel/service'
import { endpointAt, outsideContract } from './outside-contract.ts'

/** The client of the contract, on an API that does not listen; each answer that is not as promised fails the test. */
export const clientOf = (app: App, headers: Readonly<Record<string, string>> = {}): Client =>
  createClient({ baseUrl: 'http://api.test/api', headers: () => headers, fetch: fetchFrom(app) })

/** As `clientOf`, with an API key. */
export const clientWithKey = (app: App, apiKey: string): Client => clientOf(app, { 'x-api-key': apiKey })

const fetchFrom =
  (app: App): typeof fetch =>
  async (input, init = {}) => {
    const { pathname, search } = new URL(String(input))
    const answer = await app.inject({
      method: (init.method ?? 'GET') as 'GET',
      url: `${pathname}${search}`,
      headers: { ...(init.headers as Record<string, string>) },
      ...(init.body === undefined || init.body === null ? {} : { payload: init.body as string }),
    })
    const found = endpointAt(init.method ?? 'GET', pathname)
    const fault = found && outsideContract(found.endpoint, { status: answer.statusCode, body: answer.body })
    if (fault !== undefined) throw new Error(`${found?.id}: ${fault}`)
    return new Response(answer.statusCode === 204 ? null : answer.body, {
      status: answer.statusCode,
      headers: Object.entries(answer.headers).map(([name, value]): [string, string] => [name, String(value)]),
    })
  }
