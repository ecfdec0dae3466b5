import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from './build.ts'
import type { Floor, Floors } from './check/floor-table.ts'
import {
  applicationTools,
  bundleApplication,
  serversIn,
  typeCheckApplication,
  writeApplication,
} from './consumer-application.ts'
import { compileStrictly, createProject, pack } from './consumer-project.ts'
import { faultsOf } from './run.ts'
import { entriesOf, isBuilt, type Member, publishedOf } from './workspace.ts'

// The oldest Node that package.json promises, and the one that this repository develops on.
const oldest = '22.19.0'

const root = process.cwd()
const temporary = mkdtempSync(join(tmpdir(), 'mcp-sentinel-consumers-'))
const members = publishedOf(root).filter(isBuilt)
// `npm run consumers -- ui dashboard` tries these two only.
const named = process.argv.slice(2)
const unknown = named.filter((name) => !members.some(({ folder }) => folder === name))
if (unknown.length > 0) throw new Error(`No published package is called ${unknown.join(', ')}`)
const versionOf = (name: string): string =>
  JSON.parse(readFileSync(join(root, 'node_modules', name, 'package.json'), 'utf8')).version

let failed = 0
let passed = 0
const report = (name: string, what: string, faults: readonly string[]): boolean => {
  if (faults.length > 0) failed += 1
  else passed += 1
  console.log(`${faults.length > 0 ? 'FAILED' : 'ok    '} ${name.padEnd(34)} ${what}`)
  for (const fault of faults) console.log(fault.replace(/^/gm, '       '))
  return faults.length === 0
}

/** The package and those of ours that it needs, each as the tarball made of it. */
const tarballsOf = (member: Member, tarballs: ReadonlyMap<string, string>): Record<string, string> => {
  const ours = Object.keys(member.manifest.dependencies ?? {}).flatMap(
    (name) => members.find(({ manifest }) => manifest.name === name) ?? [],
  )
  const tarball = tarballs.get(member.manifest.name)
  return Object.assign(
    tarball ? { [member.manifest.name]: `file:${tarball}` } : {},
    ...ours.map((needed) => tarballsOf(needed, tarballs)),
  )
}

/** What exports.json pins: by subpath, what is exported, a type as `type Name`. */
const namesOf = (member: Member): Record<string, string[]> =>
  JSON.parse(readFileSync(join(root, 'scripts/check/exports.json'), 'utf8'))[member.manifest.name] ?? {}

/** Imports every subpath as a namespace and looks for every pinned value in it. */
const importsOfAll = (member: Member): string => {
  const pinned = namesOf(member)
  const entries = entriesOf(member, 'default').map(({ subpath }, at) => {
    const names = pinned[subpath] ?? []
    return {
      line: `import * as entry${at} from '${member.manifest.name}${subpath.slice(1)}'`,
      row: `[entry${at}, ${JSON.stringify(subpath)}, ${JSON.stringify(names.filter((name) => !name.startsWith('type ')))}]`,
    }
  })
  return [
    ...entries.map(({ line }) => line),
    `const entries: [object, string, string[]][] = [${entries.map(({ row }) => row).join(', ')}]`,
    'for (const [entry, subpath, names] of entries)',
    '  for (const name of names)',
    "    if (!(name in entry)) throw new Error(subpath + ' does not export ' + name)",
    '',
  ].join('\n')
}

/** With everything it may use: every subpath, type-checked against Node's types, and the package's own sample call. */
const tryWhole = async (member: Member, tarballs: ReadonlyMap<string, string>, nodes: readonly Node[]) => {
  const folder = join(temporary, `${member.folder}-whole`)
  const peers = { ...member.manifest.peerDependencies, '@types/node': versionOf('@types/node') }
  const name = member.manifest.name
  if (
    !report(
      name,
      'installs with its peers',
      await createProject(folder, { ...tarballsOf(member, tarballs), ...peers }),
    )
  )
    return
  writeFileSync(join(folder, 'every-entry.ts'), importsOfAll(member))
  const sample = join(root, 'scripts/consumers', `${member.folder}.ts`)
  if (existsSync(sample)) copyFileSync(sample, join(folder, 'sample.ts'))
  else
    report(name, 'has a sample call', [
      `scripts/consumers/${member.folder}.ts is not there: show one real call`,
    ])
  const files = ['every-entry', ...(existsSync(sample) ? ['sample'] : [])]
  const compiled = await compileStrictly(
    folder,
    files.map((file) => `${file}.ts`),
    ['node'],
    root,
  )
  if (!report(name, 'type-checks in strict TypeScript', compiled)) return
  for (const { version, binary } of nodes)
    for (const file of files)
      report(name, `${file} runs on Node ${version}`, await faultsOf(binary, [`out/${file}.js`], folder))
}

const floorOf = ({ folder }: Member): Floor | undefined =>
  (JSON.parse(readFileSync(join(root, 'scripts/check/floors.json'), 'utf8')) as Floors)[folder]

/** Does the package promise to do without Node? Then its declarations must do without Node's, too. */
const isForEveryRuntime = (member: Member): boolean => floorOf(member)?.node === false

/** In an application that a bundler builds: every name, type-checked as Vue files are, and one page of the package. */
const tryInApplication = async (member: Member, tarballs: ReadonlyMap<string, string>) => {
  const folder = join(temporary, `${member.folder}-application`)
  const name = member.manifest.name
  const tools = Object.fromEntries(applicationTools.map((tool) => [tool, versionOf(tool)]))
  const installed = await createProject(folder, { ...tarballsOf(member, tarballs), ...tools })
  if (!report(name, 'installs in an application of Vue', installed)) return
  report(name, 'brings no server', serversIn(folder))
  const pinned = namesOf(member)
  const entries = entriesOf(member, 'default').map(({ subpath }) => ({
    specifier: name + subpath.slice(1),
    names: pinned[subpath] ?? [],
  }))
  writeApplication(folder, join(root, 'scripts/consumers', `${member.folder}.vue`), entries)
  report(name, 'type-checks in strict TypeScript', await typeCheckApplication(folder))
  report(name, 'is built by vite', await bundleApplication(folder))
}

/** With nothing beside it: the root entry needs no optional peer, neither when it runs nor in its declarations. */
const tryBare = async (member: Member, tarballs: ReadonlyMap<string, string>, nodes: readonly Node[]) => {
  const folder = join(temporary, `${member.folder}-bare`)
  const name = member.manifest.name
  const types = isForEveryRuntime(member) ? [] : ['node']
  const dependencies = {
    ...tarballsOf(member, tarballs),
    ...(types.length > 0 ? { '@types/node': versionOf('@types/node') } : {}),
  }
  if (!report(name, 'installs alone', await createProject(folder, dependencies))) return
  writeFileSync(
    join(folder, 'root.ts'),
    `import * as root from '${name}'\nif (!root) throw new Error('empty')\n`,
  )
  if (!report(name, 'root type-checks alone', await compileStrictly(folder, ['root.ts'], types, root))) return
  for (const { version, binary } of nodes)
    report(name, `root alone runs on Node ${version}`, await faultsOf(binary, ['out/root.js'], folder))
}

interface Node {
  readonly version: string
  readonly binary: string
}

try {
  await build(root, console.log)
  const runtimes = join(temporary, 'runtimes')
  const brought = await createProject(runtimes, { node: oldest }, { allowScripts: ['node'] })
  if (report('node', `Node ${oldest} is at hand`, brought)) {
    const nodes = [
      { version: oldest, binary: join(runtimes, 'node_modules/.bin/node') },
      { version: process.versions.node, binary: process.execPath },
    ]
    const tarballs = new Map<string, string>()
    for (const member of members) tarballs.set(member.manifest.name, await pack(member, temporary, root))
    for (const member of members.filter(({ folder }) => named.length === 0 || named.includes(folder))) {
      if (floorOf(member)?.bundled) {
        await tryInApplication(member, tarballs)
        continue
      }
      await tryWhole(member, tarballs, nodes)
      if (entriesOf(member, 'default').some(({ subpath }) => subpath === '.'))
        await tryBare(member, tarballs, nodes)
    }
  }
} catch (error) {
  report('consumers', 'ran to the end', [error instanceof Error ? error.message : String(error)])
} finally {
  rmSync(temporary, { recursive: true, force: true })
}
console.log(`\n${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1
