import type { IncomingMessage } from 'node:http'

/** What ingest answered, as far as it can be understood. */
export interface Answer {
  readonly status: number
  /** Of the request as a whole. */
  readonly code: string | undefined
  readonly retryAfterMs: number | undefined
  readonly accepted: number | undefined
  /** Undefined when it makes no sense. */
  readonly rejected: readonly AnsweredRejection[] | undefined
}

interface AnsweredRejection {
  readonly index: number
  readonly code: string
  readonly message: string
}

/** An answer has a line for each event of a batch at most. */
const answerBytesMax = 1024 * 1024
const textCharsMax = 200

export const readAnswer = async (answer: IncomingMessage): Promise<Answer> => {
  const body = parse(await readText(answer))
  return {
    status: answer.statusCode ?? 0,
    code: textOf(body['error']),
    retryAfterMs: retryAfterOf(answer.headers['retry-after']),
    accepted: body['ok'] === true ? indexOf(body['accepted']) : undefined,
    rejected: rejectionsOf(body['rejected'] ?? []),
  }
}

const readText = async (answer: IncomingMessage): Promise<string> => {
  const parts: Buffer[] = []
  let bytes = 0
  for await (const part of answer as AsyncIterable<Buffer>) {
    bytes += part.length
    if (bytes > answerBytesMax) return ''
    parts.push(part)
  }
  return Buffer.concat(parts).toString()
}

type Members = Readonly<Record<string, unknown>>

const parse = (text: string): Members => {
  try {
    return membersOf(JSON.parse(text))
  } catch {
    return {}
  }
}

const membersOf = (value: unknown): Members =>
  typeof value === 'object' && value !== null ? (value as Members) : {}

const indexOf = (value: unknown): number | undefined =>
  Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : undefined

/** Short, and of one line: it is going to be logged. */
const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' ? value.slice(0, textCharsMax).replaceAll(/\p{Cc}/gu, ' ') : undefined

/** Undefined when any of them is none, or two are about the same event. */
const rejectionsOf = (values: unknown): readonly AnsweredRejection[] | undefined => {
  if (!Array.isArray(values)) return undefined
  const rejections = values.flatMap((value) => {
    const { index, error } = membersOf(value)
    const { code, message } = membersOf(error)
    const at = indexOf(index)
    return at === undefined || typeof code !== 'string'
      ? []
      : [{ index: at, code: textOf(code) ?? '', message: textOf(message) ?? '' }]
  })
  const isWhole = new Set(rejections.map(({ index }) => index)).size === values.length
  return isWhole ? rejections : undefined
}

/** Seconds, or a date (RFC 9110, 10.2.3). */
const retryAfterOf = (value: string | undefined): number | undefined => {
  if (value === undefined) return undefined
  const ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now()
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined
}
