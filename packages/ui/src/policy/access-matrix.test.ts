// @vitest-environment happy-dom
import { compile } from '@mcp-sentinel/policy'
import { mount } from '@vue/test-utils'
import { expect, test } from 'vitest'
import AccessMatrix from './AccessMatrix.vue'
import { callersOf } from './question.ts'

const policy = compile({
  schema_version: 'v2',
  server: { name: 'payments' },
  tools: [
    { name: 'list', side_effect: 'read' },
    { name: 'refund', side_effect: 'write' },
  ],
  grants: [
    {
      name: 'ops',
      agent_id: 'ops-agent',
      allowed_side_effects: ['read', 'write'],
      tool_rules: [{ name: 'list' }, { name: 'refund', when: [{ pointer: '/amount', op: 'lte', value: 5 }] }],
    },
    { name: 'none', agent_id: 'eve' },
  ],
})
const show = () =>
  mount(AccessMatrix, {
    attachTo: document.body,
    props: { policy, callers: callersOf(policy.document), now: Date.parse('2026-06-01T12:00:00Z') },
  })

test('each caller and tool has its mark, told in words, in the order of the tools', () => {
  expect(
    show()
      .findAll('button')
      .map((cell) => cell.attributes('aria-label')),
  ).toEqual([
    'eve, list: may not use it',
    'eve, refund: may not use it',
    'ops-agent, list: may use it',
    'ops-agent, refund: depends on the call',
  ])
})

test('a mark leads to its question', async () => {
  const matrix = show()
  await matrix.get('[aria-label^="ops-agent, refund"]').trigger('click')
  expect(matrix.emitted('pick')).toEqual([[{ human: '', agent: 'ops-agent', team: '' }, 'refund']])
})

test('arrow keys go from mark to mark, and the tab key stops at one of them', async () => {
  const matrix = show()
  const table = matrix.get('table')
  await table.trigger('keydown', { key: 'ArrowDown' })
  await table.trigger('keydown', { key: 'ArrowRight' })
  await table.trigger('keydown', { key: 'ArrowRight' })
  expect(document.activeElement?.getAttribute('aria-label')).toBe('ops-agent, refund: depends on the call')
  expect(matrix.findAll('[tabindex="0"]')).toHaveLength(1)
})
