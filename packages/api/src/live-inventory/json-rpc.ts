interface Message {
  readonly id?: unknown
  readonly result?: Readonly<Record<string, unknown>>
}

interface Reply {
  readonly status: number
  readonly session: string | null
  /** Undefined where there is none. */
  readonly message: Message | undefined
}

export type Post = (body: object, headers?: Readonly<Record<string, string>>) => Promise<Reply>

/** Of one answer. */
const answerCharsMax = 4 * 1024 ** 2

export const createPost =
  (url: string, signal: AbortSignal, own: Readonly<Record<string, string>>): Post =>
  async (body, headers = {}) => {
    const answer = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        ...own,
        ...headers,
      },
      body: JSON.stringify(body),
      signal,
      redirect: 'error',
    })
    return {
      status: answer.status,
      session: answer.headers.get('mcp-session-id'),
      message: await messageIn(answer, 'id' in body ? body.id : undefined),
    }
  }

/** The answer to a request, in whichever form it comes. */
const messageIn = async ({ headers, body }: Response, id: unknown): Promise<Message | undefined> => {
  const isStream = headers.get('content-type')?.startsWith('text/event-stream') === true
  let text = ''
  for await (const chunk of body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += chunk
    if (text.length > answerCharsMax)
      throw new RangeError(`an answer has more than ${answerCharsMax} characters`)
    if (!isStream) continue
    const events = text.split(/\r?\n\r?\n/)
    const found = events
      .slice(0, -1)
      .map(dataOf)
      .find((message) => id !== undefined && message?.id === id)
    // The stream may stay open for what we did not ask for.
    if (found !== undefined) return found
    text = events.at(-1) ?? ''
  }
  return isStream ? undefined : parsed(text)
}

const dataOf = (event: string): Message | undefined =>
  parsed(
    event
      .split(/\r?\n/)
      .filter((line) => line.startsWith('data:'))
      .map((line) => line.slice(5).replace(/^ /, ''))
      .join('\n'),
  )

const parsed = (text: string): Message | undefined => {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Message) : undefined
  } catch {
    return undefined
  }
}
