// @vitest-environment happy-dom
import { mount } from '@vue/test-utils'
import { expect, test } from 'vitest'
import SButton from './SButton.vue'

test('a button that is busy says so and cannot be pressed', async () => {
  let pressed = 0
  const press = () => {
    pressed += 1
  }
  const button = mount(SButton, {
    props: { busy: false, onClick: press },
    slots: { default: 'Revoke session' },
  })
  await button.trigger('click')
  await button.setProps({ busy: true })
  await button.trigger('click')
  expect(pressed).toBe(1)
  expect(button.attributes()).toMatchObject({ 'aria-busy': 'true', type: 'button' })
  expect(button.text()).toBe('Revoke session')
})
