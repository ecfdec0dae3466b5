import { mkdirSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { faultsOf, run } from './run.ts'
import type { Member } from './workspace.ts'

/** An empty project of somebody else: its package.json and what npm installs for it, nothing of this repository. */
export const createProject = async (
  folder: string,
  dependencies: Readonly<Record<string, string>>,
  options: { readonly allowScripts?: readonly string[] } = {},
): Promise<string[]> => {
  mkdirSync(folder, { recursive: true })
  const allowScripts = Object.fromEntries((options.allowScripts ?? []).map((name) => [name, true]))
  const manifest = { name: basename(folder), private: true, type: 'module', dependencies, allowScripts }
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest))
  return faultsOf(
    'npm',
    ['install', '--no-audit', '--no-fund', '--no-package-lock', '--prefer-offline'],
    folder,
  )
}

/** Gives the tarball that `npm publish` would upload. */
export const pack = async ({ path }: Member, into: string, root: string): Promise<string> => {
  const { code, output } = await run('npm', ['pack', '--silent', '--pack-destination', into], path, root)
  const file = output.split('\n').at(-1) ?? ''
  if (code !== 0 || !file.endsWith('.tgz'))
    throw new Error(`npm pack in ${path} ended with ${code}:\n${output}`)
  return join(into, file)
}

/** Type-checks as strictly as a careful consumer would, declarations of dependencies included, and writes JavaScript. */
export const compileStrictly = (
  folder: string,
  files: readonly string[],
  types: readonly string[],
  root: string,
): Promise<string[]> => {
  const compilerOptions = {
    target: 'es2023',
    lib: ['es2023'],
    module: 'nodenext',
    types,
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    noPropertyAccessFromIndexSignature: true,
    verbatimModuleSyntax: true,
    skipLibCheck: false,
    rootDir: '.',
    outDir: 'out',
  }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }))
  return faultsOf('tsc', ['-p', folder, '--pretty', 'false'], folder, root)
}
