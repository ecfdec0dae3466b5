import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { exportsPinned } from './exports.ts'
import { floors } from './floors.ts'
import { lint } from './lint.ts'
import { packages } from './packages.ts'
import { sizes } from './sizes.ts'
import { snippets } from './snippets.ts'
import type { Step } from './step.ts'
import { toyManifest, toyWorkspace } from './toy-workspace.ts'
import { types } from './types.ts'
import { unused } from './unused.ts'

const src = 'packages/policy/src'
const said = async (step: Step, root: string, update = false): Promise<string> =>
  (await step.run({ root, update })).join('\n')

/** Each row: what is planted in an otherwise sound workspace, the step that must object, and what it must say. */
const faults: readonly [string, Step, Readonly<Record<string, string>>, RegExp][] = [
  [
    'an unformatted file',
    lint,
    { [`${src}/verdict.ts`]: 'export type Verdict = "allow" | "deny";\n' },
    /verdict\.ts format[\s\S]*differs from formatting output/,
  ],
  [
    'a floating promise',
    lint,
    {
      'scripts/floating.ts':
        'const later = async (): Promise<number> => 1\n\nexport const start = (): void => {\n  later()\n}\n',
    },
    /floating\.ts:4:3 lint\/nursery\/noFloatingPromises/,
  ],
  [
    'a switch that forgets a case',
    lint,
    {
      'scripts/forgetful.ts':
        "export const word = (verdict: 'allow' | 'deny'): string => {\n  switch (verdict) {\n    case 'allow':\n      return 'yes'\n  }\n  return ''\n}\n",
    },
    /useExhaustiveSwitchCases/,
  ],
  [
    'an any',
    lint,
    { 'scripts/loose.ts': 'export const loose = (value: any): string => value\n' },
    /noExplicitAny/,
  ],
  ['a default export', lint, { 'scripts/unnamed.ts': 'export default 1\n' }, /noDefaultExport/],
  ['a barrel', lint, { 'scripts/barrel.ts': "export * from './ready.ts'\n" }, /noReExportAll/],
  ['a circle', lint, { ...circle('scripts') }, /noImportCycles/],
  [
    'a Node builtin in policy',
    lint,
    { [`${src}/clock.ts`]: "import { hrtime } from 'node:process'\n\nexport const now = hrtime\n" },
    /clock\.ts:1:24 lint\/correctness\/noNodejsModules/,
  ],
  [
    'process in policy',
    types,
    { [`${src}/clock.ts`]: 'export const now = (): number => process.uptime()\n' },
    /src\/clock\.ts\(1,34\): error TS\d+: Cannot find name 'process'/,
  ],
  [
    'a wrong type',
    types,
    { 'scripts/wrong.ts': "export const wrong: number = 'one'\n" },
    /scripts\/wrong\.ts\(1,14\): error TS2322/,
  ],
  [
    'a dead export',
    unused,
    { [`${src}/verdict.ts`]: "export type Verdict = 'allow' | 'deny'\nexport const nobody = 1\n" },
    /Unused exports[\s\S]*nobody\s+packages\/policy\/src\/verdict\.ts/,
  ],
  [
    'a dead file',
    unused,
    { [`${src}/forgotten.ts`]: 'export const forgotten = 1\n' },
    /Unused files[\s\S]*forgotten\.ts/,
  ],
  [
    'an example that no test runs',
    unused,
    { [`${src}/quickstart.test.ts`]: '' },
    /Unused files[\s\S]*quickstart\.examples\.ts/,
  ],
  [
    'an undeclared import',
    unused,
    { [`${src}/quickstart.examples.ts`]: "import pino from 'pino'\n\npino()\n" },
    /Unlisted dependencies[\s\S]*pino\s+packages\/policy\/src\/quickstart\.examples\.ts/,
  ],
  [
    'an import upward',
    floors,
    { [`${src}/verdict.ts`]: "import '@mcp-sentinel/gateway'\n" },
    /src\/verdict\.ts:1: imports @mcp-sentinel\/gateway\. Allowed on floor 1: none of ours/,
  ],
  [
    'a third-party import outside its file',
    floors,
    { [`${src}/verdict.ts`]: "\nimport { z } from 'zod'\n" },
    /src\/verdict\.ts:2: imports zod\. Only src\/schema\.ts may import zod/,
  ],
  [
    'a third-party import that no file may have',
    floors,
    { [`${src}/verdict.ts`]: "export const load = () => import('kafkajs')\n" },
    /src\/verdict\.ts:1: imports kafkajs\. Allowed on floor 1/,
  ],
  [
    'a builtin in a package that runs without Node',
    floors,
    { [`${src}/verdict.ts`]: "import 'node:fs'\n" },
    /src\/verdict\.ts:1: imports node:fs\. policy runs without Node/,
  ],
  [
    'an import in the second script of a component',
    floors,
    {
      [`${src}/page.vue`]: [
        "<script>import 'zod'</script>",
        "<template><p>import 'in a sentence'</p></template>",
        '<script setup lang="ts">',
        "import 'pino'",
        '</script>',
        "<style>@import 'page.css'</style>",
      ].join('\n'),
    },
    /page\.vue:1: imports zod.*\n.*page\.vue:4: imports pino[^\n]*$/,
  ],
  [
    'an import of a neighbour’s files',
    floors,
    { [`${src}/verdict.ts`]: "import '../../events/src/codec.ts'\n" },
    /src\/verdict\.ts:1: imports .* A package reaches another by its name/,
  ],
  [
    'a circle in a package',
    floors,
    { ...circle(src) },
    /in a circle: src\/first\.ts → src\/second\.ts → src\/first\.ts/,
  ],
  [
    'a dependency upward',
    floors,
    { 'packages/policy/package.json': toyManifest({ dependencies: { '@mcp-sentinel/api': '*' } }) },
    /packages\/policy\/package\.json: depends on @mcp-sentinel\/api/,
  ],
  [
    'a package without a floor',
    floors,
    { 'packages/attic/package.json': '{ "name": "@mcp-sentinel/attic" }\n' },
    /packages\/attic: not in scripts\/check\/floors\.json/,
  ],
  [
    'an example that reaches inside a package',
    floors,
    { 'examples/toy/main.ts': "import '@mcp-sentinel/policy/src/verdict.ts'\n" },
    /examples\/toy\/main\.ts:1: .* Published entries: \., \.\/package\.json/,
  ],
  [
    'an example of a package that shows what nobody can import',
    floors,
    { [`${src}/quickstart.examples.ts`]: "import '@mcp-sentinel/policy/verdict'\n" },
    /quickstart\.examples\.ts:1: .* Published entries: \., \.\/package\.json/,
  ],
  [
    'a fixture made of what it is there to test',
    floors,
    { 'fixtures/server.ts': "import '@mcp-sentinel/policy'\nimport '../packages/policy/src/verdict.ts'\n" },
    /fixtures\/server\.ts:1: imports @mcp-sentinel\/policy\. .*\n.*server\.ts:2: imports \.\.\/packages/,
  ],
  [
    'exports that point nowhere',
    packages,
    { 'packages/policy/package.json': toyManifest({ exports: { '.': './dist/nowhere.js' } }) },
    /pkg\.exports.*nowhere\.js but the file does not exist/,
  ],
  [
    'an entry without its types',
    packages,
    {
      'packages/policy/package.json': toyManifest({
        exports: { '.': './dist/index.js', './bare': './bare.js' },
      }),
    },
    /bare/,
  ],
  [
    'a bundle over its budget',
    sizes,
    { 'packages/policy/dist/index.js': oversize() },
    /Package size limit has exceeded by [\d.]+ kB/,
  ],
  [
    'an entry that reaches zod, two files away',
    sizes,
    {
      'packages/policy/dist/index.js': "export * from './chunk.js'\nexport const compile = 1, evaluate = 2\n",
      'packages/policy/dist/chunk.js': "import 'zod'\n",
    },
    /@mcp-sentinel\/policy dist\/index\.js reaches zod \(dist\/chunk\.js:1\)/,
  ],
  [
    'a README fence without a source',
    snippets,
    { 'packages/policy/README.md': '# Toy\n\n```ts\nevaluate()\n```\n' },
    /packages\/policy\/README\.md:3: this fence has no source=/,
  ],
]

describe('each step objects to what it is for', { timeout: 30_000 }, () => {
  test.each(faults)('%s', async (_, step, planted, message) => {
    expect(await said(step, toyWorkspace(planted))).toMatch(message)
  })
})

describe('no step objects to a sound workspace', { timeout: 30_000 }, () => {
  test.each([lint, types, unused, floors, packages, sizes, snippets])('$name', async (step) => {
    expect(await said(step, toyWorkspace())).toBe('')
  })
})

describe('pinned exports', () => {
  test('name what was added and what is missing, until they are written down', async () => {
    const root = toyWorkspace()
    expect(await said(exportsPinned, root, true)).toBe('')
    expect(await said(exportsPinned, root)).toBe('')
    writeFileSync(join(root, src, 'index.ts'), 'export const compile = 1\nexport const explain = 2\n')
    const changes = await said(exportsPinned, root)
    expect(changes).toContain('removed: @mcp-sentinel/policy → evaluate')
    expect(changes).toContain('removed: @mcp-sentinel/policy → type Verdict')
    expect(changes).toContain('added: @mcp-sentinel/policy → explain')
  })

  test('a subpath without a source is a fault', async () => {
    const exports = { './gone': { '@mcp-sentinel/source': './src/gone.ts', default: './dist/gone.js' } }
    const root = toyWorkspace({ 'packages/policy/package.json': toyManifest({ exports }) })
    expect(await said(exportsPinned, root)).toContain(
      'exports ./gone as packages/policy/src/gone.ts, which is not there',
    )
  })
})

function circle(folder: string): Record<string, string> {
  return {
    [`${folder}/first.ts`]:
      "import { second } from './second.ts'\n\nexport const first = (): number => second()\n",
    [`${folder}/second.ts`]:
      "import { first } from './first.ts'\n\nexport const second = (): number => first()\n",
  }
}

/** Text that does not compress away. */
function oversize(): string {
  const noise = Array.from({ length: 2000 }, (_, at) => ((at * 2654435761) % 4294967296).toString(36)).join(
    '',
  )
  return `export const compile = '${noise}'\nexport const evaluate = () => compile.length\n`
}
