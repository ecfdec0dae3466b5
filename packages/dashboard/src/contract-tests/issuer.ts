import { hash, randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')

interface Code {
  readonly challenge: string
  readonly redirectUri: string
  readonly claims: object
}

export const client = { id: 'dashboard of a test', secret: 'its secret: with / and % in it' }
const basic = `Basic ${Buffer.from(
  ['dashboard+of+a+test', 'its+secret%3A+with+%2F+and+%25+in+it'].join(':'),
).toString('base64')}`

/** An identity provider that gives a code to who asks for one, and for it, once, a token that says what the test wants. */
export const startIssuer = async () => {
  const codes = new Map<string, Code>()
  const asked: string[] = []
  /** What the test has it do otherwise. */
  const set: {
    metadata: object
    claims: object
    token: ((body: object) => { readonly status: number; readonly body: string }) | undefined
  } = { metadata: {}, claims: {}, token: undefined }

  const tokenFor = (form: URLSearchParams, authorization: string | undefined) => {
    const isClient =
      authorization === basic ||
      (form.get('client_id') === client.id && form.get('client_secret') === client.secret)
    if (!isClient) return { status: 401, body: { error: 'invalid_client' } }
    const code = codes.get(form.get('code') ?? '')
    codes.delete(form.get('code') ?? '')
    const isHolder = hash('sha256', form.get('code_verifier') ?? '', 'base64url') === code?.challenge
    if (!isHolder || form.get('redirect_uri') !== code?.redirectUri)
      return { status: 400, body: { error: 'invalid_grant' } }
    const id_token = `${part({ alg: 'EdDSA' })}.${part(code.claims)}.c2lnbmF0dXJl`
    return { status: 200, body: { token_type: 'Bearer', access_token: 'none', id_token } }
  }
  const answer = async (request: IncomingMessage) => {
    asked.push(request.url ?? '')
    if (request.url === '/.well-known/openid-configuration')
      return {
        status: 200,
        body: JSON.stringify({
          issuer,
          authorization_endpoint: `${issuer}/authorize?tenant=a`,
          token_endpoint: `${issuer}/token`,
          ...set.metadata,
        }),
      }
    const told = tokenFor(new URLSearchParams(await text(request)), request.headers.authorization)
    // Who is sent elsewhere, and goes there, is given all.
    const answered = request.url === '/elsewhere' ? undefined : set.token?.(told.body)
    return answered ?? { status: told.status, body: JSON.stringify(told.body) }
  }
  const server = createServer((request, response) => {
    void answer(request).then(({ status, body }) =>
      response.writeHead(status, { 'content-type': 'application/json', location: '/elsewhere' }).end(body),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  return {
    issuer,
    asked,
    set,
    /** Somebody signs in there, and is sent back. */
    authorize: (url: string): URLSearchParams => {
      const given = new URL(url).searchParams
      const code = randomUUID()
      codes.set(code, {
        challenge: given.get('code_challenge') ?? '',
        redirectUri: given.get('redirect_uri') ?? '',
        claims: { iss: issuer, sub: 'ada', aud: client.id, nonce: given.get('nonce'), ...set.claims },
      })
      return new URLSearchParams({ code, state: given.get('state') ?? '' })
    },
    close: () => new Promise((resolve) => server.close(resolve)),
  }
}
