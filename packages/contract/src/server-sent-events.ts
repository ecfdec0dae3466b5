export interface SentEvent {
  readonly event: string
  readonly data: string
  readonly id: string | undefined
}

/** Characters of one event; a stream that has no end of it is no stream of events. */
const eventCharsMax = 4 * 1024 ** 2

/** The events of a `text/event-stream`; comments and what has no data are passed over. */
export async function* eventsIn(body: ReadableStream<Uint8Array>): AsyncGenerator<SentEvent> {
  let rest = ''
  for await (const text of textOf(body)) {
    // A `\r` at the end may be half of a line end.
    const whole = rest + text
    const held = whole.endsWith('\r') ? '\r' : ''
    rest = whole.slice(0, whole.length - held.length).replace(/\r\n?/g, '\n') + held
    for (let end = rest.indexOf('\n\n'); end >= 0; end = rest.indexOf('\n\n')) {
      const event = eventOf(rest.slice(0, end).split('\n'))
      rest = rest.slice(end + 2)
      if (event !== undefined) yield event
    }
    if (rest.length > eventCharsMax)
      throw new RangeError(`an event has more than ${eventCharsMax} characters`)
  }
}

/** Not `for await` over the stream itself, which not every browser has. */
async function* textOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const reader = body.getReader()
  const decoder = new TextDecoder()
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      yield decoder.decode(value, { stream: true })
    }
  } finally {
    await reader.cancel().catch(() => {})
  }
}

const eventOf = (lines: readonly string[]): SentEvent | undefined => {
  const fields = lines
    .map((line) => /^([^:]*)(?:: ?(.*))?$/s.exec(line))
    .map((match) => ({ name: match?.[1] ?? '', value: match?.[2] ?? '' }))
  const data = fields.filter(({ name }) => name === 'data').map(({ value }) => value)
  if (data.length === 0) return undefined
  const last = (wanted: string) => fields.findLast(({ name }) => name === wanted)?.value
  return { event: last('event') ?? 'message', data: data.join('\n'), id: last('id') }
}
