import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { compile, evaluate } from '@mcp-sentinel/policy'
import { parsePolicyText } from '@mcp-sentinel/policy/text'
import { expect, test } from 'vitest'
import {
  complaints,
  controlPlane,
  document,
  findings,
  folder,
  policies,
  secretOfPayments,
  store,
  text,
} from './quickstart.examples.ts'

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

  controlPlane.listen(0, '127.0.0.1')
  await once(controlPlane, 'listening')
  const { port } = controlPlane.address() as AddressInfo
  const response = await fetch(`http://127.0.0.1:${port}/policy/mcp-servers/payments`, {
    headers: { authorization: `Bearer ${secretOfPayments}` },
  })
  const { value } = (await response.body?.pipeThrough(new TextDecoderStream()).getReader().read()) ?? {}
  expect(value).toContain(`event: policy\nid: ${document.revision}\n`)
  controlPlane.closeAllConnections()
  controlPlane.close()
  await policies.close()
  await store.close()
  await rm(folder, { recursive: true })
})
