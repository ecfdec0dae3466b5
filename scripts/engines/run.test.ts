import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'

/** On a machine that has nothing: no Java, no package manager. */
const run = (args: readonly string[], env: Readonly<Record<string, string>> = {}) => {
  const PATH = mkdtempSync(join(tmpdir(), 'toy-path-'))
  onTestFinished(() => rmSync(PATH, { recursive: true, force: true }))
  return spawnSync(process.execPath, [join(import.meta.dirname, 'run.ts'), ...args], {
    encoding: 'utf8',
    env: { PATH, ...env },
  })
}
const command = ['--', process.execPath, '-p', 'process.exitCode = 4; process.env.KAFKA_BROKERS']

test('an engine that is not here is left out, and said so', () => {
  const { status, stdout, stderr } = run(['all', ...command])
  expect(stderr).toMatch(/^kafka: not here, so the tests that need it are skipped: kafka needs Java 17/)
  expect([status, stdout]).toEqual([4, 'undefined\n'])
})

test.each([
  ['in CI', ['all'], { CI: 'true' }],
  ['when it is asked for by name', ['kafka'], {}],
])('%s it is a failure, and the command does not run', (_, names, env) => {
  const { status, stdout, stderr } = run([...names, ...command], env)
  expect(stderr).toMatch(/^kafka did not start: kafka needs Java 17.*apt-get install openjdk-17-jre-headless/)
  expect([status, stdout]).toEqual([1, ''])
})

test('one that the environment names is taken as it is', () => {
  const { status, stdout, stderr } = run(['all', ...command], {
    CI: 'true',
    KAFKA_BROKERS: '127.0.0.1:9092',
    POSTGRES_URL: 'postgres://127.0.0.1:5432/postgres',
    KUBE_TEST_CONFIG: 'kubeconfig',
  })
  expect(stderr.trim().split('\n')).toEqual([
    'kafka: taken as KAFKA_BROKERS says',
    'postgres: taken as POSTGRES_URL says',
    'kubernetes: taken as KUBE_TEST_CONFIG says',
  ])
  expect([status, stdout]).toEqual([4, '127.0.0.1:9092\n'])
})

test.each([
  [['kafka,nobody', ...command], /^No engine called nobody\./],
  [['kafka', 'command'], /^npm run engines -- NAME/],
  [[], /^npm run engines -- NAME/],
])('%j is answered with how it is meant', (args, said) => {
  const { status, stderr } = run(args)
  expect(status).toBe(2)
  expect(stderr).toMatch(said)
})
