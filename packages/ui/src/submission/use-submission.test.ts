import { endpoints } from '@mcp-sentinel/contract'
import { ApiError } from '@mcp-sentinel/contract/client'
import { expect, test } from 'vitest'
import { useSubmission } from './use-submission.ts'

const body = { name: 'Red', slug: 'red' }
const start = () => useSubmission(endpoints.teams.create.body, ['/name', '/slug'])
const refuse = (details?: ApiError['details']) => async () => {
  throw new ApiError('a team has or had this slug', { status: 409, code: 'conflict', details })
}

test('what the schema refuses is told at its field, and not sent', async () => {
  const { at, fault, submit } = start()
  let sent = 0
  const send = async () => {
    sent += 1
    return {}
  }
  expect(await submit({ ...body, slug: 'Red!' }, send)).toBeUndefined()
  expect([at('/slug') !== '', at('/name'), fault.value, sent]).toEqual([true, '', '', 0])
  expect(await submit(body, send)).toEqual({})
  expect([at('/slug'), sent]).toEqual(['', 1])
})

test('a refusal is told, and gone with the next try', async () => {
  const { busy, fault, submit } = start()
  await submit(body, refuse())
  expect([fault.value, busy.value]).toEqual(['a team has or had this slug', false])
  await submit(body, async () => ({}))
  expect(fault.value).toBe('')
})

test('what is wrong where no field is, is told too', async () => {
  const { at, fault, submit } = start()
  await submit(
    body,
    refuse({
      issues: [
        { pointer: '/name', message: 'is taken' },
        { pointer: '/colour', message: 'is missing' },
      ],
    }),
  )
  expect([at('/name'), fault.value]).toEqual(['is taken', '/colour is missing'])
})

test('what is under way is not sent a second time', async () => {
  const { submit } = start()
  let sent = 0
  const send = async () => {
    sent += 1
    return {}
  }
  await Promise.all([submit(body, send), submit(body, send)])
  expect(sent).toBe(1)
})
