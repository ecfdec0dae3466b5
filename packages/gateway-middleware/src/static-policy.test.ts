import { compile } from '@mcp-sentinel/policy'
import { revisionOf } from '@mcp-sentinel/policy/revision'
import { expect, test } from 'vitest'
import { documentFor, policySourceContract } from './contract-tests/policy-source.ts'
import { staticPolicy } from './static-policy.ts'

policySourceContract('static', async (document) => {
  const source = staticPolicy(document)
  return { source, dispose: source.close }
})

policySourceContract('static, compiled', async (document) => {
  const source = staticPolicy(compile(document))
  return { source, dispose: source.close }
})

test('a compiled policy that names its revision is taken as it is', () => {
  const document = documentFor('one')
  const policy = compile({ ...document, revision: revisionOf(document) })
  expect(staticPolicy(policy).current()).toBe(policy)
})
