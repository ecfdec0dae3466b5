import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { countOf, differences, type Results, readResults } from './results.ts'

const folderWith = (checks: Readonly<Record<string, readonly object[]>>): string => {
  const folder = mkdtempSync(join(tmpdir(), 'conformance-results-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  for (const [name, list] of Object.entries(checks)) {
    mkdirSync(join(folder, name))
    writeFileSync(join(folder, name, 'checks.json'), JSON.stringify(list))
  }
  return folder
}

test('checks are named by scenario and id, and one that ran twice has two ends', () => {
  const results = readResults(
    folderWith({
      'server-server-sse-polling-2026-11-21T13-22-06-774Z': [
        { id: 'retry', status: 'SUCCESS' },
        { id: 'event', status: 'INFO' },
      ],
      'server-ping-2026-11-21T13-22-07-000Z': [
        { id: 'ping', status: 'SUCCESS' },
        { id: 'ping', status: 'FAILURE' },
      ],
    }),
  )
  expect(Object.fromEntries(results)).toEqual({
    'server-sse-polling:retry': ['SUCCESS'],
    'server-sse-polling:event': ['INFO'],
    'ping:ping': ['FAILURE', 'SUCCESS'],
  })
  expect([countOf(results, 'SUCCESS'), countOf(results, 'FAILURE')]).toEqual([2, 1])
})

test('a folder that the suite did not name is a fault', () => {
  expect(() => readResults(folderWith({ 'server-ping': [] }))).toThrow('not named as the suite names')
})

describe('differences', () => {
  const direct: Results = new Map([
    ['ping:ping', ['SUCCESS']],
    ['tools-list:schema', ['SUCCESS', 'SUCCESS']],
    ['tasks:lifecycle', ['FAILURE']],
  ])
  const doctored = (check: string, statuses: readonly string[] | undefined): Results => {
    const copy = new Map(direct)
    if (statuses) copy.set(check, statuses)
    else copy.delete(check)
    return copy
  }

  test('there is none between equal results, failures included', () => {
    expect(differences(direct, new Map([...direct].reverse()))).toEqual([])
  })

  test.each([
    ['a check that fails', 'ping:ping', ['FAILURE']],
    ['a check that is only warned of', 'ping:ping', ['WARNING']],
    ['a check that is skipped', 'ping:ping', ['SKIPPED']],
    ['one failure among two runs of a check', 'tools-list:schema', ['FAILURE', 'SUCCESS']],
    ['a check that ran once instead of twice', 'tools-list:schema', ['SUCCESS']],
    ['a check that ran once more', 'ping:ping', ['SUCCESS', 'SUCCESS']],
    ['a check that is missing', 'ping:ping', undefined],
    ['a check that is new', 'ping:extra', ['SUCCESS']],
    ['a failure that became a success', 'tasks:lifecycle', ['SUCCESS']],
  ])('%s is one', (_, check, statuses) => {
    expect(differences(direct, doctored(check, statuses))).toEqual([
      { check, direct: direct.get(check) ?? [], through: statuses ?? [] },
    ])
  })

  test('nothing that was run differs from everything', () => {
    expect(differences(direct, new Map()).map(({ check }) => check)).toEqual([
      'ping:ping',
      'tasks:lifecycle',
      'tools-list:schema',
    ])
  })
})
