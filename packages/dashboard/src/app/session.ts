import { ApiError } from '@mcp-sentinel/contract/client'
import type { Credentials } from '@mcp-sentinel/ui'

const post = async (path: string, body: object): Promise<void> => {
  const response = await fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  }).catch((cause: unknown) => {
    throw new ApiError('the server did not answer', { status: 0, code: 'unreachable', cause })
  })
  if (response.ok) return
  const { error = 'unreadable_answer', message = `the answer was ${response.status}` } = (await response
    .json()
    .catch(() => ({}))) as { readonly error?: string; readonly message?: string }
  throw new ApiError(message, {
    status: response.status,
    code: error,
    retryAfterS: Number(response.headers.get('retry-after') ?? 60),
  })
}

/** The session itself is a cookie that no script can read. */
export const signIn = (credentials: Credentials): Promise<void> => post('/auth/login', credentials)
export const signOut = (): Promise<void> => post('/auth/logout', {})
