// @vitest-environment happy-dom
import { mount } from '@vue/test-utils'
import { expect, test } from 'vitest'
import { defineComponent, h, ref } from 'vue'
import { type Rule, type RuleFault, rulesText } from './rules-text.ts'
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

test('conditions stand in the line of their rule, and are missed where they go', async () => {
  const { editor, rules, press } = show([{ name: 'refund', decision: 'allow', when: [condition] }])
  expect(editor.text()).toContain('only if /amount ≤ 500')
  await press('Text')
  const line = 'refund:allow {"when":[{"pointer":"/amount","op":"lte","value":500}]}'
  expect(editor.get('textarea').element.value).toBe(line)
  await editor.get('textarea').setValue('refund:allow:high')
  expect(editor.text()).toContain('The conditions of refund are gone')
  await editor.get('textarea').setValue(line.replace('500', '20').replace('allow', 'allow:high'))
  expect(rules.value).toEqual([
    { name: 'refund', decision: 'allow', requiredTrust: 'high', when: [{ ...condition, value: 20 }] },
  ])
})

test('conditions, the record and what is kept of it are changed in rows', async () => {
  const { editor, rules, press } = show([{ name: 'refund', decision: 'allow' }])
  const fill = (label: string, value: string) => editor.get(`[aria-label="${label}"]`).setValue(value)
  await press('Add condition')
  await fill('Argument of condition 1 of rule 1', '/amount')
  await fill('Comparison of condition 1 of rule 1', 'lte')
  const value = editor.get<HTMLInputElement>('[aria-label="Value of condition 1 of rule 1"]')
  value.element.value = '500'
  await value.trigger('change')
  await editor.get('[type=checkbox]').setValue(true)
  await press('Record an argument of rule 1 (argument)')
  await fill('Recorded argument 1 of rule 1', '/amount')
  await fill('How argument 1 of rule 1 is recorded', 'digest')
  expect(rules.value).toEqual([
    {
      name: 'refund',
      decision: 'allow',
      when: [condition],
      audit: 'required',
      record: { arguments: [{ pointer: '/amount', as: 'digest' }] },
    },
  ])
  expect(editor.get('summary').text()).toBe(
    'only if /amount ≤ 500; only once its record is kept; records /amount',
  )
  for (const remove of ['Remove condition 1 of rule 1', 'Do not record argument 1 of rule 1'])
    await editor.get(`[aria-label="${remove}"]`).trigger('click')
  await editor.get('[type=checkbox]').setValue(false)
  expect(rulesText(rules.value)).toBe('refund:allow')
})

test('what is typed of one part leaves every other as it was', async () => {
  const whole: Rule = {
    name: 'refund',
    decision: 'allow',
    requiredTrust: 'low',
    audit: 'best-effort',
    when: [condition, { pointer: '/to', op: 'exists' }, { pointer: '/x', op: 'in', value: ['1', 1, true] }],
    record: {
      arguments: [{ pointer: '', as: 'value', redact: ['/card', '/a b'] }],
      result: [{ pointer: '/id', as: 'digest' }],
    },
  }
  const { editor, rules, press } = show([whole, { name: 'list', decision: 'deny' }])
  await editor.get('[aria-label="Name of rule 1"]').setValue('refund_all')
  await editor.get('[aria-label="Argument of condition 2 of rule 1"]').setValue('/for')
  await editor.get('[aria-label="Recorded part of the result 1 of rule 1"]').setValue('/key')
  await press('Text')
  await press('Rows')
  const [amount, , x] = whole.when ?? []
  expect(rules.value).toEqual([
    {
      ...whole,
      name: 'refund_all',
      when: [amount, { pointer: '/for', op: 'exists' }, x],
      record: { arguments: whole.record?.arguments, result: [{ pointer: '/key', as: 'digest' }] },
    },
    { name: 'list', decision: 'deny' },
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
