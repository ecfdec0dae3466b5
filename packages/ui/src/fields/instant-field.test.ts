// @vitest-environment happy-dom
import { mount } from '@vue/test-utils'
import { expect, test } from 'vitest'
import SInstantField from './SInstantField.vue'

const show = (modelValue: string) => mount(SInstantField, { props: { label: 'Until', modelValue } })

test('an instant is shown by the clock of whoever looks, and given as RFC 3339', async () => {
  const field = show('2030-05-06T07:08:00Z')
  const input = field.get('input')
  expect(new Date(input.element.value).toISOString()).toBe('2030-05-06T07:08:00.000Z')
  await input.setValue('2031-01-02T03:04')
  expect(field.emitted('update:modelValue')).toEqual([[new Date('2031-01-02T03:04').toISOString()]])
})

test('none at all is none', async () => {
  const field = show('')
  expect(field.get('input').element.value).toBe('')
  await field.get('input').setValue('2031-01-02T03:04')
  await field.get('input').setValue('')
  expect(field.emitted('update:modelValue')?.at(-1)).toEqual([''])
})
