import { readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { faultsOf, run } from '../run.ts'
import { isBuilt, publishedOf } from '../workspace.ts'
import type { Floors } from './floor-table.ts'
import type { Step } from './step.ts'

export const packages: Step = {
  name: 'packages',
  about: 'publint and attw: what npm would publish resolves, with its types, from ESM',
  built: true,
  async run({ root }) {
    const table = JSON.parse(readFileSync(join(root, 'scripts/check/floors.json'), 'utf8')) as Floors
    const faults: string[] = []
    for (const { folder: name, path } of publishedOf(root).filter(isBuilt)) {
      const folder = relative(root, path)
      faults.push(...(await faultsOf('publint', ['run', folder, '--strict', '--pack', 'npm'], root)))
      faults.push(...(await (table[name]?.bundled ? faultsForBundlers : faultsForAll)(folder, root)))
    }
    return faults
  },
}

const attw = (folder: string): string[] => ['--pack', folder, '--profile', 'esm-only']

const faultsForAll = (folder: string, root: string): Promise<string[]> =>
  faultsOf('attw', [...attw(folder), '--no-emoji', '--no-color'], root)

interface Problem {
  readonly kind: string
  readonly resolutionKind?: string
  readonly resolutionOption?: string
}

/** attw has no profile of bundlers alone: what it finds with the resolution of Node is left out here. */
const faultsForBundlers = async (folder: string, root: string): Promise<string[]> => {
  const { output } = await run('attw', [...attw(folder), '--format', 'json'], root)
  if (!output.startsWith('{')) return [output]
  const { analysis } = JSON.parse(output) as { analysis: { types: unknown; problems?: readonly Problem[] } }
  if (!analysis.types) return [`${folder} has no types`]
  return (analysis.problems ?? [])
    .filter(({ resolutionKind = 'bundler', resolutionOption = resolutionKind }) =>
      resolutionOption.startsWith('bundler'),
    )
    .map((problem) => `${folder}: ${JSON.stringify(problem)}`)
}
