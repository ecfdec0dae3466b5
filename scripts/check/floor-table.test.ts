import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type Floor, type Floors, faultsInFloors, mayImport } from './floor-table.ts'

const floor = (number: number, down: string[] = [], sideways: string[] = []): Floor => ({
  floor: number,
  about: '',
  down,
  sideways,
  thirdParty: {},
})

test('the table in force has no fault', () => {
  const table = JSON.parse(readFileSync(join(import.meta.dirname, 'floors.json'), 'utf8')) as Floors
  expect(faultsInFloors(table)).toEqual([])
})

test.each([
  ['upward', { low: floor(1, ['high']), high: floor(2) }, 'low (floor 1) → high (floor 2) does not go down'],
  ['level, called down', { one: floor(1, ['two']), two: floor(1) }, 'does not go down'],
  ['down, called sideways', { high: floor(2, [], ['low']), low: floor(1) }, 'is not sideways'],
  ['to nobody', { one: floor(1, ['ghost']) }, 'there is no ghost'],
  ['round', { one: floor(1, [], ['two']), two: floor(1, [], ['one']) }, 'one reaches itself sideways'],
])('a row that goes %s is a fault', (_, table, fault) => {
  expect(faultsInFloors(table).join('\n')).toContain(fault)
})

test('a star is everything below, and nothing else', () => {
  const table = { cli: floor(5, ['*']), api: floor(4), peer: floor(5) }
  expect(['api', 'peer', 'ghost'].map((name) => mayImport(table, table.cli, name))).toEqual([
    true,
    false,
    false,
  ])
})
