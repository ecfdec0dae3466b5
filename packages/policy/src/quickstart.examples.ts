//#region decide
import { compile, evaluate } from '@mcp-sentinel/policy'

const policy = compile({
  schema_version: 'v2',
  server: { name: 'payments' },
  tools: [{ name: 'refund_invoice', required_trust: 'high', side_effect: 'destructive' }],
  grants: [
    {
      name: 'payments-ops',
      agent_id: 'ops-agent',
      max_trust: 'high',
      allowed_side_effects: ['destructive'],
      tool_rules: [{ name: 'refund_invoice', when: [{ pointer: '/amount', op: 'lte', value: 500 }] }],
    },
  ],
})

const refund = (amount: unknown) => ({
  agent: 'ops-agent',
  method: 'tools/call',
  target: 'refund_invoice',
  arguments: { amount },
})

evaluate(policy, refund(120), Date.now()) // allowed: true, reason: 'allowed'
evaluate(policy, refund(501), Date.now()) // allowed: false, reason: 'argument_not_allowed', pointer: '/amount'
evaluate(policy, refund('120'), Date.now()) // the same: text is no number, and doubt never admits

//#endregion

//#region explain
import { explain } from '@mcp-sentinel/policy/explain'

const { decision, failedStep, grants, remedy } = explain(policy, refund(501), Date.now())
const told = `${decision.reason} at step ${failedStep}; to pass: ${remedy?.says}`

// argument_not_allowed at step rules; to pass: call with /amount = 500
//#endregion

//#region read
import { formatIssue, parsePolicyText } from '@mcp-sentinel/policy/text'

const parsed = parsePolicyText(`
schema_version: v2
server: { name: payments }
policy: { goverrns: [all] }
`)
const complaints = parsed.ok ? [] : parsed.issues.map((issue) => formatIssue(issue, 'policy.yaml'))

// policy.yaml:4:11 /policy/goverrns: "goverrns" is not a member here; did you mean governs?
//#endregion

//#region permitted
import { permitted } from '@mcp-sentinel/policy/permitted'

const { tools } = permitted(policy, { agent: 'ops-agent' }, Date.now())

// [{ name: 'refund_invoice', permission: 'depends' }]: on the amount
//#endregion

//#region diff
import { diff } from '@mcp-sentinel/policy/diff'

const tighter = compile({ ...policy.document, grants: [] })
const { same, changed, undecidable } = diff(policy, tighter, [refund(120), refund(501)], Date.now())

// changed: the first call is 'now-refused'; the second was refused before: 'other-reason'
//#endregion

//#region table
import { policyTable } from '@mcp-sentinel/policy/testing'

const rows = policyTable(policy.document, [
  { as: { agent: 'ops-agent' }, calls: 'refund_invoice', with: { amount: 120 }, expect: 'allow' },
  {
    as: { agent: 'ops-agent' },
    calls: 'refund_invoice',
    with: { amount: 501 },
    expect: 'argument_not_allowed',
  },
])
for (const { run } of rows) run() // in your runner: for (const { name, run } of rows) test(name, run)

//#endregion

export { changed, complaints, grants, policy, refund, same, told, tools, undecidable }
