import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'

const home = join(import.meta.dirname, '../..')
const configuration = [
  '.gitignore',
  'biome.json',
  'tsconfig.base.json',
  'tsconfig.json',
  'tsup.base.ts',
  'vitest.config.ts',
]

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`

const manifest = {
  name: '@mcp-sentinel/policy',
  version: '0.0.0',
  description: 'A toy',
  license: 'Apache-2.0',
  type: 'module',
  sideEffects: false,
  files: ['dist', 'src'],
  exports: {
    '.': { '@mcp-sentinel/source': './src/index.ts', types: './dist/index.d.ts', default: './dist/index.js' },
    './package.json': './package.json',
  },
  peerDependencies: { zod: '^4.0.0' },
  peerDependenciesMeta: { zod: { optional: true } },
}

// Some tools look in package.json for their plug-ins, and knip for those that nobody uses.
const tools = {
  '@arethetypeswrong/cli': '*',
  '@size-limit/preset-small-lib': '*',
  '@vitejs/plugin-vue': '*',
  publint: '*',
  'size-limit': '*',
  tsup: '*',
  typescript: '*',
  vite: '*',
  vitest: '*',
}

/** This repository's, without what it says of packages that a toy does not have. */
const knip = (): string =>
  readFileSync(join(home, 'knip.json'), 'utf8').replace(/ {4}"packages\/\w+": \{\n( {6}.*\n)* {4}\},\n/g, '')

/** The smallest workspace that every step passes. */
const sound: Readonly<Record<string, string>> = {
  '.size-limit.json': `[
  {
    "path": "packages/policy/dist/index.js",
    "import": "{ compile, evaluate }",
    "gzip": true,
    "limit": "5 kB"
  }
]
`,
  'knip.json': knip(),
  'scripts/check/floors.json': `{
  "policy": {
    "floor": 1,
    "about": "decides",
    "down": [],
    "thirdParty": { "zod": ["src/schema.ts"] },
    "node": false,
    "reach": { ".": [] }
  },
  "gateway": { "floor": 3, "about": "the network process", "down": ["policy"], "thirdParty": {} }
}
`,
  'package.json': json({
    name: 'toy',
    private: true,
    type: 'module',
    workspaces: ['packages/*', 'examples/*', 'fixtures'],
    devDependencies: tools,
  }),
  'bench/compile.ts': "import { compile } from '@mcp-sentinel/policy'\n\ncompile('')\n",
  'scripts/consumers/policy.ts': "import { compile } from '@mcp-sentinel/policy'\n\ncompile('')\n",
  'examples/toy/package.json': json({
    name: 'toy-example',
    private: true,
    type: 'module',
    dependencies: { '@mcp-sentinel/policy': '*' },
  }),
  'examples/toy/main.ts': "import { evaluate } from '@mcp-sentinel/policy'\n\nevaluate('')\n",
  'fixtures/package.json': json({ name: 'toy-fixtures', private: true, type: 'module' }),
  'fixtures/main.ts': "console.log('a server')\n",
  'packages/policy/package.json': json(manifest),
  'packages/policy/tsconfig.json':
    '{ "extends": "../../tsconfig.base.json", "compilerOptions": { "types": [] }, "include": ["src"] }\n',
  'packages/policy/tsup.config.ts':
    "import { defineConfig } from 'tsup'\nimport { library } from '../../tsup.base.ts'\n\nexport default defineConfig(library(['src/index.ts']))\n",
  'packages/policy/src/index.ts': [
    "import type { Verdict } from './verdict.ts'",
    '',
    "export type { Verdict } from './verdict.ts'",
    'export const compile = (document: string): string => document',
    "export const evaluate = (policy: string): Verdict => (policy === '' ? 'allow' : 'deny')",
    '',
  ].join('\n'),
  'packages/policy/src/quickstart.examples.ts':
    "import { compile } from '@mcp-sentinel/policy'\n\ncompile('')\n",
  'packages/policy/src/quickstart.test.ts': "import './quickstart.examples.ts'\n",
  'packages/policy/src/verdict.ts': "export type Verdict = 'allow' | 'deny'\n",
  'packages/policy/dist/index.js':
    "export const compile = (a) => a\nexport const evaluate = (a) => a === ''\n",
  'packages/policy/dist/index.d.ts':
    'export declare const compile: (a: string) => string\nexport declare const evaluate: (a: string) => boolean\n',
}

/**
 * A small workspace in a temporary folder with this repository's own configuration, and `planted` in it: what a
 * step says about it is what it would say here.
 */
export const toyWorkspace = (planted: Readonly<Record<string, string>> = {}): string => {
  const root = mkdtempSync(join(tmpdir(), 'toy-workspace-'))
  onTestFinished(() => rmSync(root, { recursive: true, force: true }))
  for (const file of configuration) cpSync(join(home, file), join(root, file), { recursive: true })
  for (const [file, text] of Object.entries({ ...sound, ...planted })) {
    mkdirSync(dirname(join(root, file)), { recursive: true })
    writeFileSync(join(root, file), text)
  }
  linkDependencies(root)
  return root
}

/** This repository's dependencies, but the toy's own packages. */
const linkDependencies = (root: string): void => {
  const ours = join(root, 'node_modules', '@mcp-sentinel')
  mkdirSync(ours, { recursive: true })
  symlinkSync(join(root, 'packages', 'policy'), join(ours, 'policy'))
  for (const name of readdirSync(join(home, 'node_modules')))
    if (!['@mcp-sentinel', '.cache'].includes(name))
      symlinkSync(join(home, 'node_modules', name), join(root, 'node_modules', name))
}

/** The toy package's package.json with other fields. */
export const toyManifest = (fields: Readonly<Record<string, unknown>>): string =>
  json({ ...manifest, ...fields })
