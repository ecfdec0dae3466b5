// @vitest-environment happy-dom
import { flushPromises, mount } from '@vue/test-utils'
import { expect, test } from 'vitest'
import { defineComponent, h, ref } from 'vue'
import SDrawer from '../drawer/SDrawer.vue'
import SentinelRoot from '../sentinel/SentinelRoot.vue'
import SConfirmDialog from './SConfirmDialog.vue'

test('its button confirms, and closes nothing before that', async () => {
  const heard: string[] = []
  const page = mount(
    defineComponent(
      () => () =>
        h(SentinelRoot, { options: { apiBase: '/api' } }, () =>
          h(
            SConfirmDialog,
            {
              open: true,
              title: 'Revoke session s1?',
              action: 'Revoke session',
              onConfirm: () => heard.push('confirm'),
              onCancel: () => heard.push('cancel'),
            },
            () => 'Its calls are refused from now on.',
          ),
        ),
    ),
    { attachTo: document.body },
  )
  await flushPromises()
  const buttons = [...document.querySelectorAll<HTMLElement>('[role=alertdialog] button')]
  expect(buttons.map((button) => button.textContent)).toEqual(['Cancel', 'Revoke session'])
  buttons[1]?.click()
  expect(heard).toEqual(['confirm'])
  buttons[0]?.click()
  expect(heard).toEqual(['confirm', 'cancel'])
  page.unmount()
})

test('over a drawer it is what is read out', async () => {
  const isAsked = ref(false)
  const page = mount(
    defineComponent(
      () => () =>
        h(SentinelRoot, { options: { apiBase: '/api' } }, () => [
          h(
            SConfirmDialog,
            { open: isAsked.value, title: 'Revoke?', action: 'Revoke' },
            () => 'It is refused.',
          ),
          h(SDrawer, { open: true, title: 'Session' }, () => 'One session.'),
        ]),
    ),
    { attachTo: document.body },
  )
  await flushPromises()
  isAsked.value = true
  await flushPromises()
  const hidden = (role: string) =>
    document.querySelector(`[role=${role}]`)?.closest('[aria-hidden=true]') !== null
  expect([hidden('alertdialog'), hidden('dialog')]).toEqual([false, true])
  page.unmount()
})
