// @vitest-environment happy-dom
import { flushPromises, mount } from '@vue/test-utils'
import { afterEach, expect, test, vi } from 'vitest'
import { type Column, nextSorting, prepended, type Sorting, sorted } from './columns.ts'
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

afterEach(() => vi.restoreAllMocks())

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

test('what came to stand above the first row is counted, unless that row is gone', () => {
  const keyOf = ({ name }: Row) => name
  expect(prepended(rows, keyOf, 'assistant')).toBe(2)
  expect(prepended(rows, keyOf, 'payments')).toBe(0)
  expect(prepended(rows, keyOf, 'gone')).toBe(0)
  expect(prepended(rows, keyOf, undefined)).toBe(0)
})

test('who reads at the top sees what comes slide in, and who reads further down goes on reading', async () => {
  // Rows are drawn where there is room for them.
  vi.spyOn(HTMLElement.prototype, 'clientHeight', 'get').mockReturnValue(600)
  const shown = table()
  const grid = shown.get('[role=grid]')
  const more = (count: number, from: string) =>
    Array.from({ length: count }, (_, at): Row => ({ name: `${from}-${at}`, calls: at }))
  const slid = () => shown.findAll('.arrived').map((row) => row.text())
  await shown.setProps({ rows: [...more(2, 'new'), ...rows] })
  expect(slid()).toEqual(['new-00', 'new-11'])
  await grid.get('[role=rowgroup]').trigger('animationend')
  expect(slid()).toEqual([])
  grid.element.scrollTop = 100
  await shown.setProps({ rows: [...more(3, 'newer'), ...more(2, 'new'), ...rows] })
  await flushPromises()
  expect([grid.element.scrollTop, slid()]).toEqual([100 + 3 * 32, []])
  grid.element.scrollTop = 0
  await shown.setProps({ rows: [...more(30, 'flood'), ...more(3, 'newer')] })
  expect(slid()).toEqual([])
})

test('the row that keys point at stays the same one when others come above it', async () => {
  const shown = table()
  const grid = shown.get('[role=grid]')
  await grid.trigger('keydown', { key: 'ArrowDown' })
  await shown.setProps({ rows: [{ name: 'new', calls: 1 }, ...rows] })
  await grid.trigger('keydown', { key: 'Enter' })
  expect(shown.emitted<[Row]>('open')?.map(([row]) => row.name)).toEqual(['billing'])
})
