import { expect, test } from 'vitest'
import { wholeList } from './whole-list.ts'

const pages = (count: number) => {
  const asked: (string | undefined)[] = []
  return {
    asked,
    ask: async (cursor?: string) => {
      asked.push(cursor)
      const at = Number(cursor ?? 0)
      return { rows: [at], unreadable: [`x${at}`], ...(at + 1 < count && { next_cursor: String(at + 1) }) }
    },
  }
}

test('a list of a few pages is read to its end', async () => {
  const { ask, asked } = pages(3)
  expect(await wholeList('rows', ask)).toEqual({ rows: [0, 1, 2], unreadable: ['x0', 'x1', 'x2'] })
  expect(asked).toEqual([undefined, '1', '2'])
})

test('a longer one says where it goes on', async () => {
  const { ask } = pages(9)
  expect(await wholeList('rows', ask)).toMatchObject({ rows: [0, 1, 2, 3, 4], next_cursor: '5' })
})
