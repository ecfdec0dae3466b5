import { readFileSync, watch } from 'node:fs'
import { compile, type PolicyDocument } from '@mcp-sentinel/policy'
import { type Explanation, explain } from '@mcp-sentinel/policy/explain'
import { instantOf, meetsExpectation, type PolicyCase, requestOf } from '@mcp-sentinel/policy/testing'
import { formatIssue, type ParsedText, parseCasesText, parsePolicyText } from '@mcp-sentinel/policy/text'

const folder = new URL('.', import.meta.url)
const print = (line = ''): boolean => process.stdout.write(`${line}\n`)

const readAs = <T>(file: string, parse: (text: string) => ParsedText<T>): T | undefined => {
  const parsed = parse(readFileSync(new URL(file, folder), 'utf8'))
  if (parsed.ok) return parsed.value
  for (const issue of parsed.issues) print(formatIssue(issue, file))
  return undefined
}

const reasonOf = ({ decision, failedStep }: Explanation): string => {
  const { matchedGrant, effectiveTrust, requiredTrust, reason, pointer } = decision
  if (decision.allowed) return `grant ${matchedGrant?.name}: trust ${effectiveTrust}, needed ${requiredTrust}`
  const grant = matchedGrant ? `, grant ${matchedGrant.name}` : ''
  return `${reason}${pointer ? ` at ${pointer}` : ''} (step ${failedStep}${grant})`
}

const show = (document: PolicyDocument, cases: readonly PolicyCase[]): boolean => {
  const policy = compile(document)
  print(
    `${document.server.name} · ${document.grants?.length} grants · revision ${document.revision?.slice(0, 19)}`,
  )
  let asExpected = true
  for (const one of cases) {
    const now = instantOf(one, Date.now())
    const explanation = explain(policy, requestOf(one, now), now)
    const { decision, remedy } = explanation
    const who = [one.as.agent ?? 'nobody', one.as.session].filter(Boolean).join(' in ')
    print(`\n  ${who} → ${one.calls} ${one.with === undefined ? '' : JSON.stringify(one.with)}`)
    print(`    ${decision.allowed ? 'allowed' : 'refused'}   ${reasonOf(explanation)}`)
    if (remedy !== undefined) print(`    to pass   ${remedy.says}`)
    if (meetsExpectation(decision, one.expect)) continue
    asExpected = false
    print(`    expected  ${one.expect} in cases.yaml`)
  }
  return asExpected
}

const run = (): boolean => {
  const document = readAs('policy.yaml', parsePolicyText)
  const cases = readAs('cases.yaml', parseCasesText)
  return document !== undefined && cases !== undefined && show(document, cases)
}

const asExpected = run()
print(asExpected ? '\nEvery verdict is as expected.' : '\nNot everything is as expected: see above.')
if (process.argv.includes('--once')) process.exitCode = asExpected ? 0 : 1
else {
  print('Edit examples/policy-in-tests/policy.yaml and save it to see the verdicts change. Stop: Ctrl-C')
  watch(folder, (_, file) => file?.endsWith('.yaml') && print() && run())
}
