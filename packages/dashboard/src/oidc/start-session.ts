import type { FastifyRequest } from 'fastify'
import { onward } from '../onward.ts'
import { SignInError } from './sign-in-error.ts'

/** What the API learns of a browser beside what it says of itself. */
const passed = ['host', 'user-agent', 'x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-host'] as const
const timeoutMs = 10_000

/** Has the API begin a session for who has this ID token; its answer has the cookie. */
export const createStartSession =
  (upstream: string) =>
  async (request: FastifyRequest, idToken: string): Promise<Response> => {
    const given = passed.flatMap((name) => {
      const value = request.headers[name]
      return typeof value === 'string' ? [[name, value]] : []
    })
    try {
      return await fetch(new URL('/api/auth/session', upstream), {
        method: 'POST',
        headers: { ...onward(request, Object.fromEntries(given)), 'content-type': 'application/json' },
        body: JSON.stringify({ id_token: idToken }),
        redirect: 'error',
        signal: AbortSignal.timeout(timeoutMs),
      })
    } catch (cause) {
      throw new SignInError('api_unavailable', 'the API does not answer', { cause })
    }
  }
