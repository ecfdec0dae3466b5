import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createRecentIds } from './recent-ids.ts'

it('knows the last so many, and forgets what is older than twice as many', () => {
  const ids = fc.array(fc.nat(40).map(String), { maxLength: 200 })
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 10 }), ids, (max, all) => {
      const recent = createRecentIds(max)
      /** Those that were new, the newest last. */
      const told: string[] = []
      for (const id of all) {
        const isNew = recent.isNew(id)
        if (told.slice(-max).includes(id)) expect(isNew).toBe(false)
        if (!told.slice(-2 * max).includes(id)) expect(isNew).toBe(true)
        if (isNew) told.push(id)
      }
      recent.clear()
      for (const id of new Set(all.slice(0, max))) expect(recent.isNew(id)).toBe(true)
    }),
  )
})
