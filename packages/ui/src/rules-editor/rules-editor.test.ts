// @vitest-environment happy-dom
import { mount } from '@vue/test-utils'
import { expect, test } from 'vitest'
import { defineComponent, h, ref } from 'vue'
import type { Rule, RuleFault } from './rules-text.ts'
import SRulesEditor from './SRulesEditor.vue'

const condition = { pointer: '/amount', op: 'lte', value: 500 }

const show = (start: readonly Rule[], issues: readonly { pointer: string; message: string }[] = []) => {
  const rules = ref(start)
  const faults = ref<readonly RuleFault[]>([])
  const editor = mount(
    defineComponent(
      () => () =>
        h(SRulesEditor, {
          label: 'Tools',
          pointer: '/toolRules',
          names: ['list', 'refund'],
          issues,
          modelValue: rules.value,
          'onUpdate:modelValue': (now: readonly Rule[]) => {
            rules.value = now
          },
          faults: faults.value,
          'onUpdate:faults': (now: readonly RuleFault[]) => {
            faults.value = now
          },
        }),
    ),
  )
  const press = (text: string) =>
    editor
      .findAll('button')
      .find((button) => button.text() === text)
      ?.trigger('click')
  return { editor, rules, faults, press }
}

test('rows become text, and text becomes rows', async () => {
  const { editor, rules, press } = show([{ name: 'list', decision: 'allow' }])
  await editor.get('[aria-label="Decision of rule 1"]').setValue('deny')
  await press('Add rule')
  await editor.get('[aria-label="Name of rule 2"]').setValue('refund')
  await editor.get('[aria-label="Trust that rule 2 asks for"]').setValue('high')
  await press('Text')
  const text = editor.get('textarea')
  expect(text.element.value).toBe('list:deny\nrefund:allow:high')
  await text.setValue('refund:deny')
  expect(rules.value).toEqual([{ name: 'refund', decision: 'deny' }])
  await press('Rows')
  expect(editor.get<HTMLInputElement>('[aria-label="Name of rule 1"]').element.value).toBe('refund')
})

test('a line that cannot be read is told, kept, and keeps from leaving the text', async () => {
  const { editor, faults, press } = show([])
  await press('Text')
  await editor.get('textarea').setValue('list:allow\nrefund:alow')
  expect(editor.get('[role=alert]').text()).toBe('Line 2 "alow" is neither allow nor deny')
  expect(faults.value).toHaveLength(1)
  await press('Rows')
  expect(editor.get('textarea').element.value).toBe('list:allow\nrefund:alow')
})

test('conditions survive an edit of their line as text, and are missed where the line goes', async () => {
  const { editor, rules, press } = show([{ name: 'refund', decision: 'allow', when: [condition] }])
  expect(editor.text()).toContain('only if /amount ≤ 500')
  await press('Text')
  await editor.get('textarea').setValue('refun:allow:high')
  expect(editor.text()).toContain('the conditions of refund are gone too')
  await editor.get('textarea').setValue('refund:allow:high')
  expect(rules.value).toEqual([
    { name: 'refund', decision: 'allow', requiredTrust: 'high', when: [condition] },
  ])
})

test('what is wrong with a rule is told at it', async () => {
  const { editor, press } = show(
    [
      { name: 'a', decision: 'allow' },
      { name: 'a', decision: 'deny' },
    ],
    [{ pointer: '/toolRules/1/name', message: 'is there twice' }],
  )
  expect(editor.findAll('li').map((row) => row.find('.fault').exists())).toEqual([false, true])
  expect(editor.get('[aria-invalid]').attributes('aria-label')).toBe('Name of rule 2')
  await press('Text')
  expect(editor.get('[role=alert]').text()).toBe('a: is there twice')
})
