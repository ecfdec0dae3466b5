import fc from 'fast-check'
import { expect, test } from 'vitest'
import { conditionText, type Rule, readRules, rulesText, ruleText } from './rules-text.ts'

test('a line is a tool, what is decided, and the trust that it takes', () => {
  expect(readRules('list_invoices:allow\nrefund_invoice:allow:high\n\n drop : deny ', [])).toEqual({
    rules: [
      { name: 'list_invoices', decision: 'allow' },
      { name: 'refund_invoice', decision: 'allow', requiredTrust: 'high' },
      { name: 'drop', decision: 'deny' },
    ],
    faults: [],
  })
})

test.each([
  ['refund', 'does not say allow or deny: refund:allow'],
  ['refund:alow', '"alow" is neither allow nor deny'],
  ['refund:allow:hihg', '"hihg" is no trust: low, medium or high'],
  ['refund:allow:', '"" is no trust: low, medium or high'],
  [':allow', 'names no tool'],
  ['a:allow:low:high', '"high" is neither allow nor deny'],
])('%s: %s', (line, message) => {
  expect(readRules(`\n${line}`, [])).toEqual({ rules: [], faults: [{ line: 2, message }] })
})

test('a tool is named once', () => {
  const { rules, faults } = readRules('a:allow\na:deny', [])
  expect(rules).toEqual([{ name: 'a', decision: 'allow' }])
  expect(faults).toEqual([{ line: 2, message: 'names a once more' }])
})

const condition = { pointer: '/amount', op: 'lte', value: 500 }

test('what a line cannot say stays with the rule of its name', () => {
  const before: Rule[] = [
    {
      name: 'refund',
      decision: 'allow',
      audit: 'required',
      when: [condition],
      record: { arguments: [{ pointer: '/amount' }] },
    },
    { name: 'list', decision: 'allow' },
  ]
  expect(readRules('refund:allow:high\nother:allow', before).rules).toEqual([
    {
      name: 'refund',
      decision: 'allow',
      requiredTrust: 'high',
      audit: 'required',
      when: [condition],
      record: { arguments: [{ pointer: '/amount' }] },
    },
    { name: 'other', decision: 'allow' },
  ])
})

const name = fc.string({ minLength: 1 }).filter((text) => text === text.trim() && !/[\r\n]/.test(text))
// Blanks beside a colon are not part of a name.
const plain = name.map((text) => text.replace(/\s*:\s*/g, ':')).filter((text) => text !== '')
const rule: fc.Arbitrary<Rule> = fc.record(
  {
    name: plain,
    decision: fc.constantFrom('allow' as const, 'deny' as const),
    requiredTrust: fc.constantFrom('low' as const, 'medium' as const, 'high' as const),
    audit: fc.constantFrom('best-effort' as const, 'required' as const),
    when: fc.constant([condition]),
  },
  { requiredKeys: ['name', 'decision'] },
)

test('what was written as text is read back', () => {
  fc.assert(
    fc.property(fc.uniqueArray(rule, { selector: ({ name }) => name }), (rules) => {
      expect(readRules(rulesText(rules), rules)).toEqual({ rules, faults: [] })
    }),
  )
})

test('a rule and its conditions are told in words', () => {
  expect(conditionText({ pointer: '/to', op: 'exists' })).toBe('/to is given')
  expect(
    ruleText({ name: 'refund', decision: 'allow', requiredTrust: 'high', when: [condition, condition] }),
  ).toBe('refund allow from high trust if /amount ≤ 500 and /amount ≤ 500')
})
