import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { faultsOf } from '../run.ts'
import { entriesOf, packagesOf } from '../workspace.ts'
import type { Floors } from './floor-table.ts'
import { importsOf, packageNamed } from './imports.ts'
import { faultsInInitialScripts } from './initial-scripts.ts'
import type { Step } from './step.ts'

export const sizes: Step = {
  name: 'sizes',
  about:
    'size-limit: the budgets of .size-limit.json; what an entry reaches, and an application loads at first, as floors.json says',
  built: true,
  async run({ root }) {
    const table = JSON.parse(readFileSync(join(root, 'scripts/check/floors.json'), 'utf8')) as Floors
    const reached = packagesOf(root).flatMap((member) =>
      Object.entries(table[member.folder]?.reach ?? {}).flatMap(([subpath, allowed]) => {
        const file = entriesOf(member, 'default').find((entry) => entry.subpath === subpath)?.file
        if (!file || !existsSync(join(member.path, file)))
          return [`${member.manifest.name}: ${subpath} has no built file`]
        return faultsInReach(member.path, normalize(file), allowed).map(
          (fault) => `${member.manifest.name} ${fault}`,
        )
      }),
    )
    const loaded = packagesOf(root).flatMap(({ folder, path, manifest }) => {
      const bytesMax = table[folder]?.initialScriptBytesMax
      if (bytesMax === undefined) return []
      return faultsInInitialScripts(join(path, 'dist/app'), bytesMax).map(
        (fault) => `${manifest.name} ${fault}`,
      )
    })
    return [...(await faultsOf('size-limit', [], root)), ...reached, ...loaded]
  },
}

/** Follows the built files from an entry, as a runtime would load them. */
const faultsInReach = (folder: string, entry: string, allowed: readonly string[]): string[] => {
  const seen = new Set<string>()
  const walk = (file: string): string[] => {
    if (seen.has(file)) return []
    seen.add(file)
    return importsOf(folder, file).flatMap(({ line, specifier }) => {
      if (specifier.startsWith('.')) return walk(join(dirname(file), specifier))
      if (allowed.includes(packageNamed(specifier))) return []
      return [
        `${entry} reaches ${specifier} (${file}:${line}). Allowed: ${allowed.join(', ') || 'nothing but its own files'}`,
      ]
    })
  }
  return walk(entry)
}
