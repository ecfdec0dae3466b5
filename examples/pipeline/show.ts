import { readFileSync, watch } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createIds } from '@mcp-sentinel/events'
import { compile } from '@mcp-sentinel/policy'
import { explain } from '@mcp-sentinel/policy/explain'
import { requestOf } from '@mcp-sentinel/policy/testing'
import { formatIssue, parsePolicyText } from '@mcp-sentinel/policy/text'
import { type Call, calls } from './calls.ts'
import { startJourneys } from './journey.ts'
import { recordOf } from './record.ts'

const print = (line = ''): boolean => process.stdout.write(`${line}\n`)
const ids = createIds(Date.now)
const file = new URL('policy.yaml', import.meta.url)
const directory = await mkdtemp(join(tmpdir(), 'mcp-sentinel-'))

const began = performance.now()
const journeys = await startJourneys(directory)
print(
  `ClickHouse, event log, ingest and processor are up after ${((performance.now() - began) / 1000).toFixed(1)} s`,
)

/** Decides one call, and follows its decision through the pipeline. True when all came out as it should. */
const show = async (call: Call, policy: ReturnType<typeof compile>): Promise<boolean> => {
  const now = Date.now()
  const request = requestOf({ as: call.as, calls: call.tool, expect: call.expect }, now)
  const { decision, remedy } = explain(policy, request, now)
  const { stages, row } = await journeys.follow(recordOf(call, decision, policy.document, ids()))
  const verdict = decision.allowed
    ? `allowed   grant ${decision.matchedGrant?.name}`
    : `refused   ${decision.reason}`
  print(`\n  ${call.as.agent} → ${call.tool.padEnd(16)} ${verdict}`)
  if (remedy !== undefined) print(`    would pass: ${remedy.says}`)
  const ms = (value: number): string => `${value.toFixed(value < 10 ? 2 : 0)} ms`
  print(
    `    spooled after ${ms(stages.spooled)} · in the log ${ms(stages.logged)} · stored ${ms(stages.stored)} · asked and found ${ms(stages.asked)}`,
  )
  print(`    ${row?.timestamp} ${row?.decision} ${row?.reason} · link ${row?.seq} of ${row?.chain}`)
  return row?.decision === call.expect && decision.allowed === (call.expect === 'allow')
}

const showAll = async (): Promise<boolean> => {
  const parsed = parsePolicyText(readFileSync(file, 'utf8'))
  if (!parsed.ok) {
    for (const issue of parsed.issues) print(formatIssue(issue, 'policy.yaml'))
    return false
  }
  const policy = compile(parsed.value)
  let asExpected = true
  for (const call of calls) asExpected = (await show(call, policy)) && asExpected
  return asExpected
}

const asExpected = await showAll()
print(
  asExpected
    ? '\nEvery decision was stored and came back as it was made.'
    : '\nNot everything came out as expected: see above.',
)

const end = async (): Promise<void> => {
  await journeys.close()
  await rm(directory, { recursive: true, force: true })
}
if (process.argv.includes('--once')) {
  await end()
  process.exitCode = asExpected ? 0 : 1
} else {
  print('Edit examples/pipeline/policy.yaml and save it: the calls are made again. Stop: Ctrl-C')
  const watching = watch(new URL('.', file), (_, name) => name === 'policy.yaml' && void showAll())
  process.once('SIGINT', () => {
    watching.close()
    void end()
  })
}
