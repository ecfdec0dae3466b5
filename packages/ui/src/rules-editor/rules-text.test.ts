import fc from 'fast-check'
import { expect, test } from 'vitest'
import { conditionText, type Rule, readRules, rulesText, ruleText } from './rules-text.ts'

test('a line is a tool, what is decided, and the trust that it takes', () => {
  expect(readRules('list_invoices:allow\nrefund_invoice:allow:high\n\n drop : deny ')).toEqual({
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
  expect(readRules(`\n${line}`)).toEqual({ rules: [], faults: [{ line: 2, message }] })
})

test('a tool is named once', () => {
  const { rules, faults } = readRules('a:allow\na:deny')
  expect(rules).toEqual([{ name: 'a', decision: 'allow' }])
  expect(faults).toEqual([{ line: 2, message: 'names a once more' }])
})

const condition = { pointer: '/amount', op: 'lte', value: 500 }

const record = { arguments: [{ pointer: '/amount', as: 'digest' as const }], result: [{ pointer: '/id' }] }

test('a line is the whole of its rule, and what is taken out of it is out of the rule', () => {
  const rule: Rule = { name: 'refund', decision: 'allow', audit: 'required', when: [condition], record }
  const line = rulesText([rule])
  expect(line).toBe(
    'refund:allow {"audit":"required","when":[{"pointer":"/amount","op":"lte","value":500}],"record":{"arguments":[{"pointer":"/amount","as":"digest"}],"result":[{"pointer":"/id"}]}}',
  )
  expect(readRules(line)).toEqual({ rules: [rule], faults: [] })
  expect(readRules('refund:allow:high')).toEqual({
    rules: [{ name: 'refund', decision: 'allow', requiredTrust: 'high' }],
    faults: [],
  })
})

test.each([
  ['a:allow {"whn":[]}', false, 'says whn, which no rule does: audit, when, record'],
  ['a:allow {"audit":"always"}', false, /^audit: /],
  ['a:allow {"when":[{"op":"eq"}]}', false, /^when\/0\/pointer: /],
  ['a:allow {"when":[]', false, /is no(ne| trust)|neither allow nor deny/],
  ['a:allow {"when":[{"pointer":"/x","op":"exists"}]}', true, /as only rules for tools do$/],
])('%s says what is wrong', (line, isPlain, message) => {
  const { rules, faults } = readRules(line, isPlain)
  expect(rules).toEqual([])
  expect(faults).toEqual([{ line: 1, message: expect.stringMatching(message) }])
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
    when: fc.constantFrom(
      [condition],
      [condition, { pointer: '/to', op: 'in', value: ['a} {', '{"x":1}'] }],
      [],
    ),
    record: fc.constantFrom(record, {}, { result: [{ pointer: '', redact: ['/card number', '/a'] }] }),
  },
  { requiredKeys: ['name', 'decision'] },
)

test('what was written as text is read back', () => {
  fc.assert(
    fc.property(fc.uniqueArray(rule, { selector: ({ name }) => name }), (rules) => {
      expect(readRules(rulesText(rules))).toEqual({ rules, faults: [] })
    }),
  )
})

test('names with braces are read back', () => {
  const rules: Rule[] = [
    { name: 'file:///a {"x":1}', decision: 'allow', audit: 'required' },
    { name: 'b {"x":1}', decision: 'deny' },
  ]
  expect(readRules(rulesText(rules))).toEqual({ rules, faults: [] })
})

test('a rule and its conditions are told in words', () => {
  expect(conditionText({ pointer: '/to', op: 'exists' })).toBe('/to is given')
  expect(
    ruleText({ name: 'refund', decision: 'allow', requiredTrust: 'high', when: [condition, condition] }),
  ).toBe('refund allow from high trust if /amount ≤ 500 and /amount ≤ 500')
})
