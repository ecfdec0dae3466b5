import { globSync, readFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { dirname, join, matchesGlob, normalize } from 'node:path'
import { examplesOf, type Member, packagesOf } from '../workspace.ts'
import { circlesIn } from './circles.ts'
import { type Floor, type Floors, faultsInFloors, mayImport } from './floor-table.ts'
import { type Import, importsOf, packageNamed } from './imports.ts'
import type { Step } from './step.ts'

const scope = '@mcp-sentinel/'
const sources = ['src/**/*.{ts,vue}']
const isTest = (file: string): boolean => /\.test\.ts$|(^|\/)contract-tests\//.test(file)

export const floors: Step = {
  name: 'floors',
  about: 'imports go down, or sideways where scripts/check/floors.json says so, never in a circle',
  async run({ root }) {
    const table = JSON.parse(readFileSync(join(root, 'scripts/check/floors.json'), 'utf8')) as Floors
    return [
      ...faultsInFloors(table),
      ...packagesOf(root).flatMap((member) => faultsInPackage(table, member)),
      ...examplesOf(root).flatMap((example) => faultsInExample(root, example)),
    ]
  },
}

const faultsInPackage = (table: Floors, member: Member): string[] => {
  const at = `packages/${member.folder}`
  const floor = table[member.folder]
  if (!floor) return [`${at}: not in scripts/check/floors.json: give it a floor and say what it may import`]
  if (member.manifest.name !== scope + member.folder)
    return [`${at}/package.json: named ${member.manifest.name}, should be ${scope}${member.folder}`]
  const files = globSync(sources, { cwd: member.path }).sort()
  const imports = files.filter((file) => !isTest(file)).flatMap((file) => importsOf(member.path, file))
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
    return normalize(join(path, dirname(file), specifier)).startsWith(`${path}/`)
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

/** An example shows what anybody could write, so it sees what anybody sees: published entries. */
const faultsInExample = (root: string, { folder, path }: Member): string[] =>
  globSync('**/*.{ts,vue}', { cwd: path, exclude: ['**/node_modules/**', '**/dist/**'] })
    .sort()
    .flatMap((file) => importsOf(path, file))
    .flatMap(({ file, line, specifier }) => {
      const fault = (why: string) => [`examples/${folder}/${file}:${line}: imports ${specifier}. ${why}`]
      if (specifier.startsWith('.'))
        return normalize(join(path, dirname(file), specifier)).startsWith(`${path}/`)
          ? []
          : fault('An example imports published entries only.')
      if (!specifier.startsWith(scope)) return []
      const name = packageNamed(specifier)
      const published = packagesOf(root).find(({ manifest }) => manifest.name === name && !manifest.private)
      const subpath = `.${specifier.slice(name.length)}`
      if (!published) return fault('No package of that name is published.')
      return published.manifest.exports?.[subpath]
        ? []
        : fault(`Published entries: ${Object.keys(published.manifest.exports ?? {}).join(', ')}.`)
    })
