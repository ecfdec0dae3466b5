import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join, normalize } from 'node:path'
import ts from 'typescript'
import { entriesOf, publishedOf, sourceCondition } from '../workspace.ts'
import type { Step } from './step.ts'

/** package → subpath → what can be imported from it; a type is written `type Name`. */
type Surface = Record<string, Record<string, string[]>>

export const exportsPinned: Step = {
  name: 'exports',
  about: 'the subpaths and names that packages export are those of scripts/check/exports.json',
  async run({ root, update }) {
    const path = join(root, 'scripts/check/exports.json')
    const { surface, faults } = surfaceOf(root)
    if (faults.length > 0) return faults
    if (update) {
      writeFileSync(path, `${JSON.stringify(surface, null, 2)}\n`)
      return []
    }
    const pinned = existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Surface) : {}
    const changes = changesBetween(pinned, surface)
    return changes.length === 0
      ? []
      : [...changes, 'Meant? Then write a changeset, and: npm run check -- exports --update']
  },
}

const changesBetween = (pinned: Surface, surface: Surface): string[] => {
  const before = new Set(linesOf(pinned))
  const after = new Set(linesOf(surface))
  return [
    ...[...before].filter((line) => !after.has(line)).map((line) => `removed: ${line}`),
    ...[...after].filter((line) => !before.has(line)).map((line) => `added: ${line}`),
  ]
}

const linesOf = (surface: Surface): string[] =>
  Object.entries(surface).flatMap(([name, subpaths]) =>
    Object.entries(subpaths).flatMap(([subpath, names]) => {
      const entry = name + subpath.slice(1)
      return [entry, ...names.map((exported) => `${entry} → ${exported}`)]
    }),
  )

const surfaceOf = (root: string): { surface: Surface; faults: string[] } => {
  const entries = publishedOf(root).flatMap((member) =>
    entriesOf(member, sourceCondition).map(({ subpath, file }) => ({
      name: member.manifest.name,
      subpath,
      file: normalize(join(member.path, file)),
    })),
  )
  const faults = entries
    .filter(({ file }) => !existsSync(file))
    .map(
      ({ name, subpath, file }) =>
        `${name}: exports ${subpath} as ${file.slice(root.length + 1)}, which is not there`,
    )
  const { options } = ts.convertCompilerOptionsFromJson(
    {
      module: 'nodenext',
      customConditions: [sourceCondition],
      allowImportingTsExtensions: true,
      noEmit: true,
      types: [],
    },
    root,
  )
  const program = ts.createProgram(
    entries.map(({ file }) => file),
    options,
  )
  const checker = program.getTypeChecker()
  const surface: Surface = {}
  for (const { name, subpath, file } of entries) {
    const source = program.getSourceFile(file)
    const module = source && checker.getSymbolAtLocation(source)
    const names = module ? checker.getExportsOfModule(module).map((symbol) => described(checker, symbol)) : []
    surface[name] = { ...surface[name], [subpath]: names.sort() }
  }
  return { surface, faults }
}

const described = (checker: ts.TypeChecker, symbol: ts.Symbol): string => {
  const meant = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol
  // What a Vue file exports is unknown here; that it is only a type is told where it is exported again.
  const isToldSo = symbol.declarations?.some((found) => ts.isExportSpecifier(found) && found.isTypeOnly)
  if (isToldSo) return `type ${symbol.name}`
  return meant.flags & ts.SymbolFlags.Value ? symbol.name : `type ${symbol.name}`
}
