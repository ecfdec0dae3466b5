import { expect, test } from 'vitest'
import { liveRowsMax, noRows, withArrivals } from './live-rows.ts'

const row = (id: string) => ({ id })

test('what comes stands above what was there', () => {
  const rows = withArrivals({ shown: [row('1')], held: [] }, [row('2'), row('3')], false)
  expect(rows.shown.map(({ id }) => id)).toEqual(['3', '2', '1'])
})

test('what comes while it is paused is held, and shown after it, newest first', () => {
  const held = withArrivals({ shown: [row('1')], held: [row('2')] }, [row('3')], true)
  expect(held.shown.map(({ id }) => id)).toEqual(['1'])
  expect(held.held.map(({ id }) => id)).toEqual(['3', '2'])
  expect(withArrivals(held, [], false).shown.map(({ id }) => id)).toEqual(['3', '2', '1'])
})

test('the oldest go when there are too many', () => {
  const many = Array.from({ length: liveRowsMax }, (_, at) => row(String(at)))
  const { shown } = withArrivals({ shown: many, held: [] }, [row('new')], false)
  expect(shown.length).toBe(liveRowsMax)
  expect(shown[0]?.id).toBe('new')
  expect(withArrivals(noRows, [], false)).toEqual({ shown: [], held: [] })
})
