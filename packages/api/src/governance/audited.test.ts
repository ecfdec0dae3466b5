import { createLogger } from '@mcp-sentinel/service'
import { expect, test, vi } from 'vitest'
import type { Audited } from '../accounts/audit.ts'
import type { Actor } from '../accounts/context.ts'
import type { Accounts } from '../accounts.ts'
import { AccountError } from '../errors.ts'
import { createRecordedChanges, type RecordedChangesOptions } from './audited.ts'

const actor: Actor = { requestId: 'req-1' }
const changeOf = (resource: string): Audited => ({ action: 'grant_disable', resource })

/** Changes that are written down in a database that a test takes away. */
const scene = (more: Partial<RecordedChangesOptions> = {}) => {
  const database = { answers: async (): Promise<void> => {} }
  const [rows, lines]: [unknown[][], Record<string, unknown>[]] = [[], []]
  const recordAs = (how: string) => async (_: Actor, audited: Audited, at?: number) => {
    await database.answers()
    rows.push([how, audited.resource, at])
  }
  const audit = { record: recordAs('first'), recordOnce: recordAs('again') }
  const logger = createLogger({
    service: 'test',
    level: 'info',
    destination: { write: (line) => void lines.push(JSON.parse(line) as Record<string, unknown>) },
  })
  let now = 0
  const changes = createRecordedChanges({
    accounts: { audit } as unknown as Accounts,
    logger,
    clock: () => ++now,
    retryMs: 5,
    ...more,
  })
  const levels = () => lines.map(({ level, resource }) => [level, resource])
  return { database, rows, levels, ...changes }
}
const away = async (): Promise<void> => {
  throw new AccountError('database_unavailable', 'away', { retryable: true })
}

test('what the database does not take waits, in its order and with its time, until it does', async () => {
  const { database, changed, rows, close } = scene()
  database.answers = away
  for (const resource of ['a', 'b', 'c']) await changed(actor, changeOf(resource))
  expect(rows).toEqual([])
  database.answers = async () => {}
  await vi.waitFor(() => expect(rows).toHaveLength(3))
  expect(rows).toEqual([
    ['again', 'a', 1],
    ['again', 'b', 2],
    ['again', 'c', 3],
  ])
  await changed(actor, changeOf('d'))
  await close()
  expect(rows.slice(3)).toEqual([['first', 'd', 4]])
})

test('a row that the database refuses holds up no other', async () => {
  const { database, changed, rows, levels, close } = scene()
  database.answers = away
  for (const resource of ['a', 'b']) await changed(actor, changeOf(resource))
  let isFirst = true
  database.answers = async () => {
    if (isFirst) {
      isFirst = false
      throw Object.assign(new Error('invalid input'), { severity: 'ERROR', code: '22P02' })
    }
  }
  await vi.waitFor(() => expect(rows).toEqual([['again', 'b', 2]]))
  await close()
  expect(levels()).toContainEqual(['error', 'a'])
})

test('nobody waits for a database that hangs', async () => {
  const { database, changed, rows, close } = scene({ patienceMs: 5 })
  const back = Promise.withResolvers<void>()
  database.answers = () => back.promise
  await changed(actor, changeOf('a'))
  expect(rows).toEqual([])
  back.resolve()
  await close()
  expect(rows).toEqual([['first', 'a', 1]])
})

test('the log tells whole what is nowhere else: when too many wait, and at the end', async () => {
  const { database, changed, levels, close } = scene({ waitingMax: 1 })
  database.answers = away
  await changed(actor, changeOf('a'))
  await changed(actor, changeOf('b'))
  await close()
  expect(levels().filter(([level]) => level === 'error')).toEqual([
    ['error', 'b'],
    ['error', 'a'],
  ])
})
