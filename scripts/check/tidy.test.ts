import { expect, test } from 'vitest'
import { faultsIn } from './tidy.ts'

// Put together here, so that the step does not object to its own test.
const word = (...parts: string[]): string => parts.join('')

test.each([
  ['packages/policy/src/utils.ts', '', '"utils" does not say'],
  ['packages/policy/src/helpers/trust.ts', '', '"helpers" does not say'],
  ['packages/policy/src/common.test.ts', '', '"common" does not say'],
  ['a.ts', `\n// ${word('TO', 'DO')}: later`, 'a.ts:2: work left open'],
  ['a.md', `See ${word('/ro', 'ot/project')}.`, 'a path of'],
  ['a.md', `See ${word('/ro', 'ot/project')}.`, 'a.md:1:'],
  ['a.yaml', `cwd: ${word('/ho', 'me/me/x')}`, 'a path of'],
  ['a.test.ts', word('test.on', "ly('one', () => {})"), 'runs alone or not at all'],
  ['a.test.ts', word('describe.sk', "ip('one', () => {})"), 'runs alone or not at all'],
  ['k8s/a.yaml', word('  image: kafka:la', 'test'), 'an image without a version'],
  ['packages/events/src/sink.ts', "process.env['KAFKA_BROKERS']", 'the environment is read in main.ts'],
  ['packages/ui/src/page.vue', '<p v-html="text" />', 'markup'],
  ['a.ts', '\nexport class Spool {}', 'a.ts:2: a class that is no error'],
  ['a.ts', 'const spool = class extends Base {}', 'a class that is no error'],
  ['a.ts', 'const line = 1\n'.repeat(400), 'a.ts: 401 lines'],
])('%s is a fault: %j', (file, text, fault) => {
  expect(faultsIn(file, text).join('\n')).toContain(fault)
})

test.each([
  ['packages/policy/src/library.ts', ''],
  ['packages/ingest/src/main.ts', 'const env = process.env'],
  ['packages/events/src/adapters/kafka.engine.test.ts', "process.env['KAFKA_BROKERS']"],
  ['scripts/run.ts', "process.env['PATH']"],
  ['a.ts', 'export class EventError extends Error {}'],
  ['a.ts', '// first class, and no class at all\nconst className = 1'],
  ['a.md', 'GET /workspace/x, https://example.org/home/x and ./work/x'],
  ['a.test.ts', 'const line = 1\n'.repeat(900)],
  ['a.yaml', 'image: kafka:4.1.0'],
])('%s is fine: %j', (file, text) => {
  expect(faultsIn(file, text)).toEqual([])
})
