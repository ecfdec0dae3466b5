import { describe, expect, it } from 'vitest'
import { type Circumstances, renderCircumstances } from './settings.ts'

const plain: Circumstances = {
  user: 'writer',
  database: undefined,
  readonly: 0,
  settings: new Map(),
  parameters: new Map(),
}

describe('renderCircumstances', () => {
  const cases: readonly (readonly [Partial<Circumstances>, string])[] = [
    [{}, 'SET ROLE writer'],
    [{ user: 'reader', readonly: 1 }, 'SET ROLE reader; SET readonly = 1'],
    [{ database: 'a`b\\' }, 'USE `a\\`b\\\\`; SET ROLE writer'],
    [
      { settings: new Map([['max_threads', "4', readonly = '0"]]) },
      "SET max_threads = '4\\', readonly = \\'0'; SET ROLE writer",
    ],
    [{ parameters: new Map([['1st', '\\N']]) }, "SET param_1st = '\\\\N'; SET ROLE writer"],
  ]

  it.each(cases)('%o becomes %s', (given, expected) => {
    expect(renderCircumstances({ ...plain, ...given })).toBe(expected)
  })

  it.each(['', 'a b', 'a = 1, b', '1a', "a'"])('refuses a setting called %j', (name) => {
    expect(() => renderCircumstances({ ...plain, settings: new Map([[name, '1']]) })).toThrow(
      '(UNKNOWN_SETTING)',
    )
  })

  it.each(['', 'a b', "a' = '"])('refuses a parameter called %j', (name) => {
    expect(() => renderCircumstances({ ...plain, parameters: new Map([[name, '1']]) })).toThrow(
      '(SYNTAX_ERROR)',
    )
  })
})
