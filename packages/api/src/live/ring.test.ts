import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createRing } from './ring.ts'

it('gives back the newest in their order, and counts what it dropped before each', () => {
  const steps = fc.array(fc.oneof(fc.constant('shift' as const), fc.nat()), { maxLength: 60 })
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5 }), steps, (max, all) => {
      const ring = createRing<number>(max)
      let kept: number[] = []
      let dropped = 0
      for (const step of all) {
        if (step !== 'shift') {
          ring.push(step)
          kept.push(step)
          dropped += Math.max(0, kept.length - max)
          kept = kept.slice(-max)
          continue
        }
        const value = kept.shift()
        expect(ring.shift()).toEqual(value === undefined ? undefined : { value, dropped })
        if (value !== undefined) dropped = 0
        expect(ring.isEmpty()).toBe(kept.length === 0)
      }
    }),
  )
})
