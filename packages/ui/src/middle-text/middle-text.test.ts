// @vitest-environment happy-dom
import { mount } from '@vue/test-utils'
import { expect, test } from 'vitest'
import SMiddleText from './SMiddleText.vue'

const show = (text: string) => mount(SMiddleText, { props: { text } })

test('a long name keeps its end, and is told whole on hover', () => {
  const long = `${'a'.repeat(200)}@example.org`
  const shown = show(long)
  expect(shown.text()).toBe(long)
  expect(shown.get('.tail').text()).toBe('mple.org')
  expect(shown.attributes('title')).toBe(long)
})

test.each([
  ['<img src=x onerror=alert(1)>', '<img src=x onerror=alert(1)>'],
  ['invoice\u202efdp.exe', 'invoice‹U+202E›fdp.exe'],
  ['שלום-עולם-שלום-עולם', 'שלום-עולם-שלום-עולם'],
])('%j is shown as %j, apart from what stands beside it', (text, says) => {
  const shown = show(text)
  expect(shown.element.tagName).toBe('BDI')
  expect(shown.text()).toBe(says)
  expect(shown.find('img').exists()).toBe(false)
})
