import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { matchedCharsMax, patternCharsMax, patternStatesMax } from './linear-regex.ts'
import { issuesMax } from './reading/issue.ts'
import { depthMax, valuesMax } from './reading/json.ts'
import { conditionsPerRuleMax, entriesMax, nameCharsMax, valuesPerConditionMax } from './reading/shapes.ts'
import { evaluatorReasons } from './reasons.ts'
import { textCharsMax } from './text.ts'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')

test('the README lists every reason of the evaluator under its status', () => {
  for (const [reason, status] of Object.entries(evaluatorReasons)) {
    const row = readme.split('\n').find((line) => line.startsWith(`| ${status} |`))
    expect(row).toContain(`\`${reason}\``)
  }
})

test('the README names every limit as it is', () => {
  const spoken = (limit: number) => limit.toLocaleString('en-US')
  const limits = [
    valuesMax,
    depthMax,
    entriesMax,
    nameCharsMax,
    conditionsPerRuleMax,
    valuesPerConditionMax,
    patternCharsMax,
    patternStatesMax,
    matchedCharsMax,
    issuesMax,
  ]
  for (const limit of limits) expect(readme).toContain(` ${spoken(limit)}`)
  expect(textCharsMax).toBe(16 * 2 ** 20)
})
