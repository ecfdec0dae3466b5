// @vitest-environment happy-dom
import { flushPromises, mount } from '@vue/test-utils'
import { expect, test } from 'vitest'
import { defineComponent, h } from 'vue'
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
