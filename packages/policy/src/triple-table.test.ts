import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createTripleTable } from './triple-table.ts'

test('holds what a map would hold', () => {
  const id = fc.nat(30)
  fc.assert(
    fc.property(fc.array(fc.tuple(id, id, id, fc.nat(1000)), { maxLength: 200 }), (entries) => {
      const table = createTripleTable(entries.length)
      const map = new Map<string, number>()
      for (const [a, b, c, value] of entries) {
        table.set(a, b, c, value)
        map.set(`${a} ${b} ${c}`, value)
      }
      for (const [a, b, c] of entries) expect(table.get(a, b, c)).toBe(map.get(`${a} ${b} ${c}`))
      expect(table.get(31, 31, 31)).toBe(undefined)
    }),
  )
})

test('ids that differ by a power of two do not crowd one place', () => {
  const table = createTripleTable(1000)
  for (let i = 1; i <= 1000; i++) table.set(i * 2048, i * 4096, 0, i)
  for (let i = 1; i <= 1000; i++) expect(table.get(i * 2048, i * 4096, 0)).toBe(i)
})
