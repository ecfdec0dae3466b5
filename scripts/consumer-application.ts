import { copyFileSync, existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { faultsOf } from './run.ts'

/** What an application of Vue has beside the packages that it shows. */
export const applicationTools = ['vue', 'vue-router', 'vite', '@vitejs/plugin-vue', 'vue-tsc', 'typescript']

// Without `exactOptionalPropertyTypes`, which the declarations of vue-router do not pass: they are all checked.
const compilerOptions = {
  target: 'es2023',
  lib: ['es2023', 'dom', 'dom.iterable'],
  module: 'esnext',
  moduleResolution: 'bundler',
  types: [],
  strict: true,
  noUncheckedIndexedAccess: true,
  verbatimModuleSyntax: true,
  noUncheckedSideEffectImports: true,
  allowImportingTsExtensions: true,
  skipLibCheck: false,
  noEmit: true,
}

const files = {
  'index.html': '<div id="app"></div><script type="module" src="/main.ts"></script>\n',
  'vite.config.js': "import vue from '@vitejs/plugin-vue'\nexport default { plugins: [vue()] }\n",
  'tsconfig.json': JSON.stringify({ compilerOptions, include: ['*.ts', '*.vue'] }),
  'main.ts': [
    "import { createApp } from 'vue'",
    "import { createRouter, createWebHistory } from 'vue-router'",
    "import * as entries from './every-entry.ts'",
    "import PageHere from './PageHere.vue'",
    "const routes = [{ path: '/', component: PageHere }]",
    "createApp(PageHere, { title: Object.keys(entries).join() }).use(createRouter({ history: createWebHistory(), routes })).mount('#app')",
    '',
  ].join('\n'),
}

/** An application that takes everything by name, and shows the page at `page`. */
export const writeApplication = (
  folder: string,
  page: string,
  entries: readonly { readonly specifier: string; readonly names: readonly string[] }[],
): void => {
  for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text)
  const lines = entries.map(({ specifier, names }) =>
    names.length > 0 ? `export { ${names.join(', ')} } from '${specifier}'` : `import '${specifier}'`,
  )
  writeFileSync(join(folder, 'every-entry.ts'), `${lines.join('\n')}\n`)
  copyFileSync(page, join(folder, 'PageHere.vue'))
}

export const typeCheckApplication = (folder: string): Promise<string[]> =>
  faultsOf('vue-tsc', ['--noEmit', '--pretty', 'false'], folder)

export const bundleApplication = async (folder: string): Promise<string[]> => {
  const faults = await faultsOf('vite', ['build', '--logLevel', 'warn'], folder)
  const assets = join(folder, 'dist', 'assets')
  const built = existsSync(assets) ? readdirSync(assets) : []
  const missing = ['.js', '.css'].filter((kind) => !built.some((file) => file.endsWith(kind)))
  return [...faults, ...missing.map((kind) => `vite made no ${kind} file`)]
}

const servers = ['fastify', '@fastify', 'express', 'hono', '@clickhouse', 'kafkajs', 'pg', 'kysely']

/** Nobody who shows a page wants to install a server for it. */
export const serversIn = (folder: string): string[] =>
  servers
    .filter((name) => existsSync(join(folder, 'node_modules', name)))
    .map((name) => `${name} was installed along with it`)
