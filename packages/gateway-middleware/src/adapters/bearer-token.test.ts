import { expect, test } from 'vitest'
import { exchangeOf } from '../contract-tests/exchange.ts'
import { type Presented, presentedToken } from './bearer-token.ts'

const token = (text: string): Presented => ({ kind: 'token', token: text })
const none: Presented = { kind: 'none' }
const unclear: Presented = { kind: 'unclear' }

test.each<[string | undefined, Presented]>([
  ['Bearer a.b.c', token('a.b.c')],
  ['bearer a.b.c', token('a.b.c')],
  ['BEARER   a.b.c  ', token('a.b.c')],
  [undefined, none],
  ['', none],
  ['Bearer', none],
  ['Bearer ', none],
  ['Basic dTpw', none],
  ['a.b.c', none],
  ['Bearera.b.c', none],
  ['Bearer\ta.b.c', unclear],
  ['Bearer a b', unclear],
  ['Bearer a, Bearer b', unclear],
  ['Bearer a,b', unclear],
  ['Basic dTpw, Bearer a', unclear],
  ['Bearer a,', unclear],
])('Authorization: %s', (value, expected) => {
  const headers = value === undefined ? {} : { authorization: value }
  expect(presentedToken(exchangeOf({ headers }), 'authorization')).toEqual(expected)
})

test.each<[string, Presented]>([
  ['a.b.c', token('a.b.c')],
  ['Bearer a.b.c', token('a.b.c')],
  ['Bearer', unclear],
  ['Basic dTpw', unclear],
  ['a, b', unclear],
  [' ', none],
])('a header of its own: %j', (value, expected) => {
  const headers = { 'x-token': value, authorization: 'Bearer of-somebody-else, twice' }
  expect(presentedToken(exchangeOf({ headers }), 'x-token')).toEqual(expected)
})

test.each<[string, Presented]>([
  ['access_token=a', unclear],
  ['x=1&access_token', unclear],
  ['access%5Ftoken=a', unclear],
  ['x=access_token', token('a')],
  ['', token('a')],
])('a query %j', (query, expected) => {
  expect(
    presentedToken(exchangeOf({ query, headers: { authorization: 'Bearer a' } }), 'authorization'),
  ).toEqual(expected)
})
