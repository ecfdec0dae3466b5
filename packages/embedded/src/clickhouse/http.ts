import { randomUUID } from 'node:crypto'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { join } from 'node:path'
import { answerException, answerRows, summaryOf } from './answer.ts'
import { readBody, withBodyInFile } from './body.ts'
import { createEnding } from './ending.ts'
import { exception } from './exception.ts'
import { withForm } from './form.ts'
import { createLane } from './lane.ts'
import { createMarkedSession } from './marked-session.ts'
import { refuseBeyondReading, refuseSettings } from './reading.ts'
import { type Asked, parseRequest } from './request.ts'
import type { OpenSession, Outcome, Session } from './session.ts'
import { renderCircumstances } from './settings.ts'
import { readStatement, type Statement } from './statement.ts'
import { createAuthentication, type Passwords, type User } from './users.ts'

export interface InterfaceOptions {
  readonly openSession: OpenSession
  readonly version: string
  readonly passwords: Passwords
  /** Where bodies rest until the engine has read them. */
  readonly incoming: string
  readonly bodyBytesMax: number
}

/** A statement is held in memory whole, unlike the rows that follow one. */
const statementBytesMax = 16 * 1024 * 1024

/** Statements that the engine can answer in chunks. */
const rowVerbs = new Set(['SELECT', 'WITH', 'FROM', '('])

/** Formats whose chunks, one after another, are the whole. The others have a head and a foot, and come in one piece. */
const streamable = new Set([
  'JSONEachRow',
  'JSONCompactEachRow',
  'JSONStringsEachRow',
  'JSONCompactStringsEachRow',
  'TabSeparated',
  'TSV',
  'CSV',
  'RowBinary',
])

/** ClickHouse's HTTP interface over sessions of the engine. */
export const createHttpInterface = (options: InterfaceOptions): RequestListener => {
  const { openSession, version, passwords, incoming, bodyBytesMax } = options
  const authenticate = createAuthentication(passwords)
  const lanes = {
    writer: createLane({ runningMax: 4, waitingMax: 64 }),
    reader: createLane({ runningMax: 8, waitingMax: 256 }),
  }
  const endWhenAborted = createEnding(openSession())

  const runIn = async (exchange: Exchange, session: Session): Promise<void> => {
    const { asked, user, statement, text, signal, request, response } = exchange
    const readonly = user === 'reader' ? 1 : request.method === 'GET' ? 2 : 0
    await session.run(renderCircumstances({ ...asked, user, readonly }), 'Null')
    if (signal.aborted) throw exception(394, 'Query was cancelled.')
    const mark = `/* ${randomUUID()} */`
    const marked = createMarkedSession(session, mark)
    const settled = endWhenAborted(signal, mark)
    try {
      const format = statement.format ?? asked.format
      const chunks =
        rowVerbs.has(statement.verb) && streamable.has(format)
          ? marked.stream(text, format)
          : oneChunk(await marked.run(text, format), statement, response)
      await answerRows(request, response, { chunks, format, compress: asked.compress, version })
    } finally {
      settled()
    }
  }

  const runInOwnSession = (exchange: Exchange): Promise<void> =>
    lanes[exchange.user].run(async () => {
      const session = openSession()
      try {
        await runIn(exchange, session)
      } finally {
        session.close()
      }
    }, exchange.signal)

  const accept = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost')
    if (pathname === '/ping') return void response.end('Ok.\n')
    if (pathname !== '/') return void response.writeHead(404).end(`There is no handle ${pathname}\n`)
    const user = authenticate(request.headers, searchParams)
    const asked = parseRequest(request, await withForm(request, searchParams, statementBytesMax))
    if (user === 'reader') refuseSettings(asked.settings)
    const signal = abortedBy(response)
    response.setHeader('X-ClickHouse-Query-Id', asked.queryId ?? randomUUID())
    const exchange = { asked, user, signal, request, response }

    const statement = asked.query === undefined ? undefined : readStatement(asked.query)
    if (user === 'writer' && statement?.rows && !statement.rows.begun) {
      const path = join(incoming, randomUUID())
      const text = statement.rows.fromFile(path)
      const limit = { name: 'bodyBytesMax', bytesMax: bodyBytesMax }
      return withBodyInFile(request, limit, path, () => runInOwnSession({ ...exchange, statement, text }))
    }
    const body = await readBody(request, { name: 'the limit of a statement', bytesMax: statementBytesMax })
    const text = [asked.query ?? [], decode(body)].flat().join('\n')
    return runInOwnSession({ ...exchange, statement: readFor(user, text), text })
  }

  return (request, response) => {
    accept(request, response).catch((error) => answerException(response, error, version))
  }
}

interface Exchange {
  readonly asked: Asked
  readonly user: User
  readonly statement: Statement
  readonly text: string
  readonly signal: AbortSignal
  readonly request: IncomingMessage
  readonly response: ServerResponse
}

const readFor = (user: User, text: string): Statement => {
  const statement = readStatement(text)
  if (user === 'reader') refuseBeyondReading(statement.verb, text)
  return statement
}

const decode = (body: Buffer): string => {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body)
  } catch (cause) {
    throw exception(62, `Syntax error: the query is not UTF-8: ${cause}.`)
  }
}

async function* oneChunk(outcome: Outcome, { verb }: Statement, response: ServerResponse) {
  response.setHeader('X-ClickHouse-Summary', summaryOf(outcome, verb === 'INSERT'))
  yield outcome.bytes
}

/** Aborted when the caller is gone before it was answered. */
const abortedBy = (response: ServerResponse): AbortSignal => {
  const controller = new AbortController()
  response.once('close', () => {
    if (!response.writableFinished) controller.abort()
  })
  return controller.signal
}
