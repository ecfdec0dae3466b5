// @vitest-environment happy-dom
import { mount } from '@vue/test-utils'
import { expect, test } from 'vitest'
import { type Column, nextSorting, type Sorting, sorted } from './columns.ts'
import SDataTable from './SDataTable.vue'

interface Row {
  readonly name: string
  readonly calls: number
}
const columns: readonly Column<Row>[] = [
  { key: 'name', title: 'Server', text: ({ name }) => name, sortBy: ({ name }) => name },
  {
    key: 'calls',
    title: 'Calls',
    text: ({ calls }) => String(calls),
    sortBy: ({ calls }) => calls,
    isNumber: true,
  },
]
const rows: readonly Row[] = [
  { name: 'payments', calls: 12 },
  { name: 'billing', calls: 120 },
  { name: 'assistant', calls: 3 },
]

test('a column is sorted upwards, downwards, and then not', () => {
  const up = nextSorting('calls', undefined)
  expect(sorted(rows, columns, up).map(({ calls }) => calls)).toEqual([3, 12, 120])
  const down = nextSorting('calls', up)
  expect(sorted(rows, columns, down).map(({ calls }) => calls)).toEqual([120, 12, 3])
  expect(nextSorting('calls', down)).toBeUndefined()
  expect(sorted(rows, columns, undefined)).toBe(rows)
})

const table = (sorting?: Sorting) =>
  mount(SDataTable<Row>, {
    props: { ...(sorting && { sorting }), label: 'Servers', rows, columns, keyOf: ({ name }: Row) => name },
  })

test('all of it is read out as a grid, and a heading sorts it', async () => {
  const shown = table()
  expect(shown.get('[role=grid]').attributes('aria-rowcount')).toBe('4')
  expect(
    shown
      .findAll('[role=gridcell]')
      .map((cell) => cell.text())
      .slice(0, 2),
  ).toEqual(['payments', '12'])
  await shown.get('[role=columnheader] button').trigger('click')
  expect(shown.emitted('update:sorting')).toEqual([[{ key: 'name', descending: false }]])
})

test('what it is sorted by is told, and seen', () => {
  const shown = table({ key: 'name', descending: false })
  expect(shown.get('[role=columnheader]').attributes('aria-sort')).toBe('ascending')
  expect(shown.findAll('[role=gridcell]')[0]?.text()).toBe('assistant')
})

test('a row is opened by pointing, and by keys alone', async () => {
  const shown = table()
  await shown.findAll('.row')[2]?.trigger('click')
  const grid = shown.get('[role=grid]')
  for (const key of ['Home', 'ArrowDown', 'ArrowDown', 'ArrowDown', 'ArrowUp', 'Enter'])
    await grid.trigger('keydown', { key })
  expect(shown.emitted<[Row]>('open')?.map(([row]) => row.name)).toEqual(['assistant', 'billing'])
})
