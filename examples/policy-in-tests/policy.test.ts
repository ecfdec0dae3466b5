import { readFileSync } from 'node:fs'
import { policyTable } from '@mcp-sentinel/policy/testing'
import { parseCasesText, parsePolicyText } from '@mcp-sentinel/policy/text'
import { expect, test } from 'vitest'

const read = (file: string): string => readFileSync(new URL(file, import.meta.url), 'utf8')
const policy = parsePolicyText(read('policy.yaml'))
const cases = parseCasesText(read('cases.yaml'))

test('policy and cases can be read', () => {
  expect(policy).toMatchObject({ ok: true })
  expect(cases).toMatchObject({ ok: true })
})

if (policy.ok && cases.ok) {
  for (const { name, run } of policyTable(policy.value, cases.value)) test(name, run)
}
