import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { renderedReasons } from './conditions.ts'
import { resourceErrorCodes } from './errors.ts'
import { workloadErrorCodes } from './workloads.ts'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
const inRows = (words: readonly string[]): readonly string[] =>
  words.filter((word) => readme.includes(`\n| \`${word}\` | `))

test('the README lists every code and every reason', () => {
  expect(inRows(resourceErrorCodes)).toEqual(resourceErrorCodes)
  expect(inRows(renderedReasons)).toEqual(renderedReasons)
  expect(inRows(workloadErrorCodes)).toEqual(workloadErrorCodes)
})
