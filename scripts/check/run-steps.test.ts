import { expect, test } from 'vitest'
import { runSteps } from './run-steps.ts'
import type { Step } from './step.ts'

const scope = { root: '.', update: false }
const step = (name: string, faults: string[], built = false): Step => ({
  name,
  about: '',
  built,
  run: async () => faults,
})

test('one line a step, the faults of what failed, and the count alone on the last line', async () => {
  const said: string[] = []
  const failed = await runSteps([step('fine', []), step('wrong', ['first\nsecond'])], scope, (line) =>
    said.push(line),
  )
  expect(failed).toBe(1)
  expect(said.map((line) => line.replace(/[\d.]+ s/, 'N s'))).toEqual([
    'ok     fine        N s',
    'FAILED wrong       N s',
    '       first\n       second',
    '\n  N s in all',
    '1 passed, 1 failed',
  ])
})

test('a step that throws has failed, with its error', async () => {
  const said: string[] = []
  const thrower: Step = { name: 'thrower', about: '', run: () => Promise.reject(new Error('no such tool')) }
  expect(await runSteps([thrower], scope, (line) => said.push(line))).toBe(1)
  expect(said.join('\n')).toContain('no such tool')
})

test('what reads dist waits for the build, however long it takes', async () => {
  const order: string[] = []
  const build: Step = {
    name: 'build',
    about: '',
    run: async () => {
      for (let turn = 0; turn < 50; turn += 1) await Promise.resolve()
      order.push('build')
      return []
    },
  }
  const noted = (name: string, built: boolean): Step => ({
    ...step(name, [], built),
    run: async () => {
      order.push(name)
      return []
    },
  })
  await runSteps([build, noted('sizes', true), noted('floors', false)], scope, () => {})
  expect(order).toEqual(['floors', 'build', 'sizes'])
})
