// @vitest-environment happy-dom
import { mount } from '@vue/test-utils'
import { afterEach, expect, test, vi } from 'vitest'
import { defineComponent, h } from 'vue'
import SentinelRoot from '../sentinel/SentinelRoot.vue'
import SDecisionsChart from './SDecisionsChart.vue'

const hour = 3_600_000
const start = Date.parse('2026-06-01T00:00:00Z')
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

/** Four hours, of which the last one is under way. */
const chart = () => {
  vi.useFakeTimers({ now: start + 3.5 * hour })
  // A hundred pixels an hour.
  vi.spyOn(Element.prototype, 'getBoundingClientRect').mockReturnValue({ left: 0, width: 400 } as DOMRect)
  const picked: number[][] = []
  const shown = mount(
    defineComponent(
      () => () =>
        h(SentinelRoot, { options: { apiBase: '/api', locale: 'en' } }, () =>
          h(SDecisionsChart, {
            buckets: [
              { at: start, allowed: 10, denied: 2 },
              { at: start + 2 * hour, allowed: 5, denied: 0 },
            ],
            fromMs: start,
            toMs: start + 3 * hour,
            stepMs: hour,
            onPick: (from: number, to: number) => picked.push([(from - start) / hour, (to - start) / hour]),
          }),
        ),
    ),
  )
  const slider = shown.get('[role=slider]')
  const press = async (...keys: readonly string[]) => {
    for (const key of keys)
      await slider.trigger('keydown', { key: key.replace('Shift+', ''), shiftKey: key.startsWith('Shift+') })
  }
  return { shown, slider, picked, press, says: () => slider.attributes('aria-valuetext') }
}

test('by keys one goes from hour to hour, and to the events of one', async () => {
  const { slider, picked, press, says } = chart()
  await slider.trigger('focus')
  expect(slider.attributes('aria-valuenow')).toBe('3')
  await press('ArrowLeft', 'ArrowLeft', 'ArrowLeft', 'ArrowLeft')
  expect(slider.attributes('aria-valuenow')).toBe('0')
  expect(says()).toContain('10 allowed, 2 refused')
  await press('ArrowRight', 'Enter', 'End', 'Enter')
  expect(picked).toEqual([
    [1, 2],
    [3, 4],
  ])
})

test('by keys several hours are taken together', async () => {
  const { slider, picked, press, says } = chart()
  await slider.trigger('focus')
  await press('Home', 'Shift+ArrowRight', 'Shift+ArrowRight')
  expect(says()).toContain('15 allowed, 2 refused')
  await press('Enter')
  expect(picked).toEqual([[0, 3]])
  await press('Shift+ArrowRight', 'Escape', 'Enter')
  expect(picked[1]).toEqual([3, 4])
})

test('a click takes the hour under it, and a drag all that it goes over', async () => {
  const { shown, picked } = chart()
  const plot = shown.get('svg[height]')
  const at = (clientX: number) => ({ clientX, button: 0, pointerId: 1 })
  await plot.trigger('pointerdown', at(120))
  await plot.trigger('pointerup', at(120))
  await plot.trigger('pointerdown', at(250))
  await plot.trigger('pointermove', at(-30))
  expect(shown.find('.isRange').exists()).toBe(true)
  await plot.trigger('pointerup', at(-30))
  await plot.trigger('pointerdown', { ...at(10), button: 2 })
  await plot.trigger('pointerup', at(10))
  expect(picked).toEqual([
    [1, 2],
    [0, 3],
  ])
})

test('a line tells where now is, where that is in sight', () => {
  const { shown } = chart()
  const line = shown.get('.now')
  // It is drawn six hundred wide as long as nothing is measured.
  expect(Number(line.attributes('x1'))).toBeCloseTo(600 * (3.5 / 4))
  expect(shown.get('.ends').text()).toContain('now')
})
