import { expect, test } from 'vitest'
import { databaseFailureOf } from './failures.ts'

const said = (code: string) => Object.assign(new Error('as the server words it'), { severity: 'ERROR', code })
const ofDriver = (code?: string) => Object.assign(new Error('as the driver words it'), { code })
const bug = new TypeError('not a function')

test.each<[string, 'connect' | 'query', unknown]>([
  ['nobody listens', 'connect', ofDriver('ECONNREFUSED')],
  ['a pool that is used up', 'connect', ofDriver()],
  ['a password that is wrong', 'connect', said('28P01')],
  ['a server that comes up', 'connect', said('57P03')],
  ['a connection that broke', 'query', ofDriver('ECONNRESET')],
  ['a connection that ended', 'query', ofDriver()],
  ['a server that goes down', 'query', said('57P01')],
  ['a statement that takes too long', 'query', said('57014')],
  ['a full disk', 'query', said('53100')],
  ['a deadlock', 'query', said('40P01')],
  ['a standby', 'query', said('25006')],
  ['a database without its tables', 'query', said('42P01')],
])('%s is the database that does not answer', (_, phase, error) => {
  expect(databaseFailureOf(error, phase)).toMatchObject({
    code: 'database_unavailable',
    retryable: true,
    cause: error,
  })
})

test.each<[string, unknown]>([
  ['a row that is there twice', said('23505')],
  ['a column that is not there', said('42703')],
  ['a fault of ours', bug],
])('%s stays what it is', (_, error) => expect(databaseFailureOf(error, 'query')).toBe(error))
