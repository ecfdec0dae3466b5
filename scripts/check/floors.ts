import { globSync, readFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { dirname, join, matchesGlob } from 'node:path'
import { type Member, packagesOf, publishedOf } from '../workspace.ts'
import { circlesIn } from './circles.ts'
import { type Floor, type Floors, faultsInFloors, mayImport } from './floor-table.ts'
import { type Import, importsOf, packageNamed } from './imports.ts'
import type { Step } from './step.ts'

const scope = '@mcp-sentinel/'
const sources = ['src/**/*.{ts,vue}']
const isTest = (file: string): boolean => /\.test\.ts$|-tests\//.test(file)
const isExample = (file: string): boolean => file.endsWith('.examples.ts')

export const floors: Step = {
  name: 'floors',
  about: 'imports go down, or sideways where scripts/check/floors.json says so, never in a circle',
  async run({ root }) {
    const table = JSON.parse(readFileSync(join(root, 'scripts/check/floors.json'), 'utf8')) as Floors
    return [
      ...faultsInFloors(table),
      ...packagesOf(root).flatMap((member) => faultsInPackage(table, member)),
      ...faultsInExamples(root),
      ...faultsInFixtures(root),
    ]
  },
}

const faultsInPackage = (table: Floors, member: Member): string[] => {
  const at = `packages/${member.folder}`
  const floor = table[member.folder]
  if (!floor) return [`${at}: not in scripts/check/floors.json: give it a floor and say what it may import`]
  if (member.manifest.name !== scope + member.folder)
    return [`${at}/package.json: named ${member.manifest.name}, should be ${scope}${member.folder}`]
  const files = globSync(sources, { cwd: member.path }).filter((file) => !isTest(file) && !isExample(file))
  const imports = files.sort().flatMap((file) => importsOf(member.path, file))
  return [
    ...faultsInManifest(table, floor, member),
    ...imports.flatMap((found) => faultOf(table, floor, member, found)),
    ...circlesIn(imports).map((circle) => `${at}: imports in a circle: ${circle.join(' → ')}`),
  ]
}

const faultsInManifest = (table: Floors, floor: Floor, { folder, manifest }: Member): string[] =>
  Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies, ...manifest.peerDependencies })
    .filter((name) =>
      name.startsWith(scope)
        ? !mayImport(table, floor, name.slice(scope.length))
        : allowedFiles(floor, name) === undefined,
    )
    .map((name) => `packages/${folder}/package.json: depends on ${name}. ${allowance(floor)}`)

const faultOf = (
  table: Floors,
  floor: Floor,
  { folder, path, manifest }: Member,
  found: Import,
): string[] => {
  const { file, line, specifier } = found
  const fault = (why: string) => [`packages/${folder}/${file}:${line}: imports ${specifier}. ${why}`]
  if (specifier.startsWith('.'))
    return join(path, dirname(file), specifier).startsWith(`${path}/`)
      ? []
      : fault('A package reaches another by its name, never by its files.')
  if (isBuiltin(specifier))
    return floor.node === false ? fault(`${folder} runs without Node: no builtin is allowed.`) : []
  const name = packageNamed(specifier)
  if (name === manifest.name) return fault('A package imports its own files by their relative path.')
  if (name.startsWith(scope))
    return mayImport(table, floor, name.slice(scope.length)) ? [] : fault(allowance(floor))
  const allowed = allowedFiles(floor, name)
  if (!allowed) return fault(allowance(floor))
  return allowed.some((glob) => matchesGlob(file, glob))
    ? []
    : fault(`Only ${allowed.join(', ') || 'no file'} may import ${name}.`)
}

const allowedFiles = ({ thirdParty }: Floor, name: string): readonly string[] | undefined =>
  Object.entries(thirdParty).find(([allowed]) => matchesGlob(name, allowed))?.[1]

const allowance = ({ floor, down, sideways = [], thirdParty }: Floor): string =>
  `Allowed on floor ${floor}: ${[...down, ...sideways].map((name) => scope + name).join(', ') || 'none of ours'}; ${
    Object.keys(thirdParty).join(', ') || 'nothing third-party'
  }.`

/** An example shows what anybody could write, so it sees what anybody sees: published entries and its own files. */
const faultsInExamples = (root: string): string[] => {
  const published = publishedOf(root)
  return globSync(['examples/**/*.{ts,vue}', 'packages/*/src/**/*.examples.ts'], {
    cwd: root,
    exclude: ['**/node_modules/**', '**/dist/**'],
  })
    .sort()
    .flatMap((file) => importsOf(root, file))
    .flatMap(({ file, line, specifier }) => {
      const fault = (why: string) => [`${file}:${line}: imports ${specifier}. ${why}`]
      const home = file.split('/', 2).join('/')
      if (specifier.startsWith('.'))
        return join(dirname(file), specifier).startsWith(`${home}/`)
          ? []
          : fault('An example imports published entries only.')
      if (!specifier.startsWith(scope)) return []
      const name = packageNamed(specifier)
      const entries = published.find(({ manifest }) => manifest.name === name)?.manifest.exports
      if (!entries) return fault('No package of that name is published.')
      return entries[`.${specifier.slice(name.length)}`]
        ? []
        : fault(`Published entries: ${Object.keys(entries).join(', ')}.`)
    })
}

/** Fixtures stand for servers that others wrote. One that used ours would agree with our mistakes. */
const faultsInFixtures = (root: string): string[] =>
  globSync('fixtures/**/*.ts', { cwd: root, exclude: ['**/node_modules/**'] })
    .sort()
    .flatMap((file) => importsOf(root, file))
    .filter(({ file, specifier }) =>
      specifier.startsWith('.')
        ? !join(dirname(file), specifier).startsWith('fixtures/')
        : specifier.startsWith(scope),
    )
    .map(
      ({ file, line, specifier }) => `${file}:${line}: imports ${specifier}. A fixture uses nothing of ours.`,
    )
