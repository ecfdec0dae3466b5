import { rm } from 'node:fs/promises'
import { compile, evaluate } from '@mcp-sentinel/policy'
import { parsePolicyText } from '@mcp-sentinel/policy/text'
import { expect, test } from 'vitest'
import { complaints, document, findings, folder, store, text } from './quickstart.examples.ts'

test('the examples of the README say what the README says', async () => {
  expect(complaints).toEqual([
    'ops.yaml:8:3 /spec/maxTrsut: "maxTrsut" is not a member here; did you mean maxTrust?',
  ])
  expect(parsePolicyText(text)).toEqual({ ok: true, value: document })
  const call = {
    ...{ human: 'user-1', agent: 'ops-agent', session: 'sess-1' },
    ...{ method: 'tools/call', target: 'list_invoices' },
  }
  expect(evaluate(compile(document), call, Date.now()).reason).toBe('session_revoked')
  expect(findings.map(({ name, verdict }) => [name, verdict.reason])).toEqual([
    ['payments', 'Rendered'],
    ['ops', 'Rendered'],
    ['sess-1', 'Rendered'],
  ])
  expect(await store.get('MCPServer', { namespace: 'mcp-servers', name: 'payments' })).toMatchObject({
    status: { conditions: [{ type: 'Rendered', status: 'True' }] },
  })
  await store.close()
  await rm(folder, { recursive: true })
})
