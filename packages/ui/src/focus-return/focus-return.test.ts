// @vitest-environment happy-dom
import { flushPromises, mount, type VueWrapper } from '@vue/test-utils'
import { afterEach, expect, test } from 'vitest'
import { defineComponent, h, ref } from 'vue'
import SDrawer from '../drawer/SDrawer.vue'
import SentinelRoot from '../sentinel/SentinelRoot.vue'

let page: VueWrapper | undefined
afterEach(() => {
  page?.unmount()
  document.body.replaceChildren()
})

const isOpen = ref(false)
const hasOpener = ref(true)
const start = () => {
  isOpen.value = false
  hasOpener.value = true
  page = mount(
    defineComponent(
      () => () =>
        h(SentinelRoot, { options: { apiBase: '/api' } }, () =>
          h('main', { tabindex: -1 }, [
            h('div', { role: 'grid', tabindex: 0, id: 'rows' }),
            hasOpener.value ? h('button', { id: 'opener' }, 'Open') : undefined,
            h(SDrawer, { open: isOpen.value, title: 'Details' }, () => 'of it'),
          ]),
        ),
    ),
    { attachTo: document.body },
  )
}
const open = async () => {
  isOpen.value = true
  await flushPromises()
}
const close = async () => {
  isOpen.value = false
  await flushPromises()
  // Focus goes back when what was closed is gone.
  await new Promise((resolve) => setTimeout(resolve))
}
const focused = () => document.activeElement?.id

test('what is closed leads back to what opened it', async () => {
  start()
  document.getElementById('opener')?.focus()
  await open()
  expect(document.activeElement?.getAttribute('aria-label')).toBe('Close')
  await close()
  expect(focused()).toBe('opener')
})

test('and to the list beside it where that is gone', async () => {
  start()
  document.getElementById('opener')?.focus()
  await open()
  hasOpener.value = false
  await close()
  expect(focused()).toBe('rows')
})

test('and to the list where nothing opened it but an address', async () => {
  start()
  await open()
  await close()
  expect(focused()).toBe('rows')
})
