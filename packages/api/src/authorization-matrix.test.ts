import { type Endpoint, endpoints, type Groups } from '@mcp-sentinel/contract'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { askedOf, authorizationMatrix } from './contract-tests/authorization-matrix.ts'
import { outsideContract } from './contract-tests/outside-contract.ts'
import { openWholeApi, type Principal, principals, type WholeApi } from './contract-tests/whole-api.ts'

const groups: Groups = endpoints
const all = new Map(
  Object.entries(groups).flatMap(([group, members]) =>
    Object.entries(members).map(([name, endpoint]): [string, Endpoint] => [`${group}.${name}`, endpoint]),
  ),
)

let api: WholeApi
beforeAll(async () => {
  api = await openWholeApi()
}, 60_000)
afterAll(() => api.close())

const ask = async (row: string, principal: Principal): Promise<string> => {
  const endpoint = all.get(row.split(' ')[0] ?? '') as Endpoint
  const { params = {}, query = {}, body, headers = {} } = askedOf[row] ?? {}
  const path = endpoint.path.replace(/\{(\w+)\}/g, (_, name: string) => params[name] ?? '')
  const app = principal === 'anonymous of a public platform' ? api.publicApp : api.app
  const answer = await app.inject({
    method: endpoint.method,
    url: `/api${path}?${new URLSearchParams(query)}`,
    headers: { ...api.headersOf(principal), ...headers },
    ...(body === undefined ? {} : { payload: body as object }),
  })
  const fault = outsideContract(endpoint, { status: answer.statusCode, body: answer.body })
  if (fault !== undefined) throw new Error(`${row} for ${principal}: ${fault}`)
  return letterOf(answer.statusCode, answer.body === '' ? '' : (answer.json().error ?? ''))
}

/** A login that fails is let in to try. */
const letterOf = (status: number, code: string): string => {
  if (code === 'unauthorized') return '1'
  if (status === 403) return '3'
  return status === 404 ? '4' : '+'
}

it('has a row for every endpoint', () => {
  const rows = new Set(Object.keys(authorizationMatrix).map((row) => row.split(' ')[0]))
  expect([...all.keys()].filter((id) => !rows.has(id))).toEqual([])
})

it.each(Object.entries(authorizationMatrix))('%s: %s', async (row, expected) => {
  let letters = ''
  for (const principal of principals) letters += await ask(row, principal)
  expect(letters).toBe(expected.replaceAll(' ', ''))
})
