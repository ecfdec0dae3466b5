import { ApiError } from '@mcp-sentinel/contract/client'
import { waitAfter } from '../sentinel/refresh.ts'

/** Why something could not be shown, and what becomes of it. */
export const failureText = (error: unknown): string => {
  if (!(error instanceof ApiError)) return 'Something went wrong in this page.'
  const { status, code } = error
  if (status === 403) return 'An admin of this platform can give you the role that it takes.'
  if (status === 401) return 'You are signed out. Sign in again, and it is shown.'
  if (status === 429)
    return `Too much was asked for at once. It is asked for again in ${(waitAfter(error) ?? 0) / 1000} seconds.`
  if (code === 'unreadable_answer' && status < 300)
    return `The answer is not what this page expects${placeIn(error.cause)}. The API may be of another version: load the page anew once both are the same.`
  const again = waitAfter(error) === undefined ? '' : ' It is asked for again every few seconds.'
  const why = status === 0 ? 'The API cannot be reached' : sentence(error.message)
  return `${why}.${again}${error.requestId === undefined ? '' : ` Request ${error.requestId}.`}`
}

const sentence = (text: string): string =>
  `${text.charAt(0).toUpperCase()}${text.slice(1)}`.replace(/[.\s]+$/, '')

/** Where an answer is otherwise than it should be, of the first place that is. */
const placeIn = (cause: unknown): string => {
  const [issue] =
    (cause as { readonly issues?: readonly { readonly path: readonly PropertyKey[] }[] }).issues ?? []
  return issue === undefined ? '' : ` at ${issue.path.map(String).join('/') || 'its beginning'}`
}
