// @vitest-environment happy-dom
import { compile, type PolicyDocument } from '@mcp-sentinel/policy'
import { mount, RouterLinkStub } from '@vue/test-utils'
import { expect, test } from 'vitest'
import { noQuestion } from './question.ts'
import WhatIf from './WhatIf.vue'

const now = Date.parse('2026-06-01T12:00:00Z')
const document: PolicyDocument = {
  schema_version: 'v2',
  server: { name: 'payments', namespace: 'red' },
  tools: [{ name: 'refund', required_trust: 'high', side_effect: 'write' }],
  grants: [
    { name: 'ops', namespace: 'red', agent_id: 'ops', max_trust: 'low', allowed_side_effects: ['write'] },
  ],
}
const trusting = {
  ...document,
  grants: [{ ...document.grants?.[0], name: 'ops', max_trust: 'high' as const }],
}
const show = (question: Partial<typeof noQuestion>, draft?: PolicyDocument) =>
  mount(WhatIf, {
    props: { policy: compile(document), draft, now, modelValue: { ...noQuestion, ...question } },
    global: { stubs: { RouterLink: RouterLinkStub } },
  })

test('a refusal says why, at which check, and what would make it pass', () => {
  const shown = show({ agent: 'ops', tool: 'refund' })
  expect(shown.get('.sentence').text()).toBe('Refused: refund needs high trust; the grant gives low.')
  expect(shown.get('.failed').text()).toContain('Trust suffices')
  expect(shown.get('.failed').text()).toContain('ops admits it')
  expect(shown.get('.remedy').text()).toContain('Raise max_trust of grant ops to high.')
  expect(shown.getComponent(RouterLinkStub).props('to')).toMatchObject({
    name: 'access',
    query: { 'edit-grant': 'red/ops', draft: '{"maxTrust":"high"}' },
  })
})

test('a draft is judged beside what is in force', () => {
  const sentences = show({ agent: 'ops', tool: 'refund' }, trusting as PolicyDocument).findAll('.sentence')
  expect(sentences.map((one) => one.text())).toEqual([
    'Refused: refund needs high trust; the grant gives low.',
    'Allowed: ops lets ops use refund.',
  ])
})

test('arguments that are no JSON are told, and nothing is decided by them', () => {
  const shown = show({ agent: 'ops', tool: 'refund', arguments: '{"amount' })
  expect(shown.text()).toContain('This is no JSON yet.')
  expect(shown.find('.sentence').exists()).toBe(false)
})

test('what is typed is part of the question', async () => {
  const shown = show({ agent: 'ops' })
  await shown.findAll('input').at(-1)?.setValue('refund')
  expect(shown.emitted('update:modelValue')).toEqual([[{ ...noQuestion, agent: 'ops', tool: 'refund' }]])
})
