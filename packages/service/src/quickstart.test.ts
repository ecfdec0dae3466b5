import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { defineConfig } from './config.ts'
import { shellProblems } from './http-problem.ts'
import { unforeseen } from './problem.ts'
import { processVariables } from './process-variables.ts'
import { closedAll, config, settings } from './quickstart.examples.ts'
import { greeted, ready, refused } from './shell.examples.ts'
import { variablesTable } from './variables-table.ts'

test('the examples of the README say what the README says', () => {
  expect(settings).toMatchObject({ PORT: 8081, KAFKA_BROKERS: ['a:9092', 'b:9092'], FLUSH_INTERVAL: 250 })
  expect(String(settings.INGEST_API_KEYS[0])).toBe('[secret]')
  expect(closedAll).toBe(true)
  expect(() => config.parse({ PORT: 'x' })).toThrow('KAFKA_BROKERS: is missing')
})

test('the example of the shell answers what the README says', () => {
  expect(greeted.json()).toEqual({ hello: 'anna' })
  expect([refused.statusCode, refused.json().error]).toEqual([404, 'unknown_name'])
  expect(ready.json()).toEqual({ ok: true })
})

const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8')

test('the README names the variables of every process', () => {
  expect(readme).toContain(variablesTable(defineConfig(processVariables()).variables))
})

test('the README names every code of the shell', () => {
  const rows = [...Object.values(shellProblems), unforeseen].map(
    ({ status, code, message }) => `| ${status} | \`${code}\` | ${message} |`,
  )
  expect(readme).toContain(rows.join('\n'))
})
