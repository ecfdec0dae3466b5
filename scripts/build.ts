import { createHash } from 'node:crypto'
import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Floors } from './check/floor-table.ts'
import { run } from './run.ts'
import { buildersOf, entriesOf, isBuilt, type Member, packagesOf } from './workspace.ts'

/** Builds what changed since its last build, lower floors first. Throws with the tool's words when one fails. */
export const build = async (root: string, say: (line: string) => void): Promise<void> => {
  const table = JSON.parse(readFileSync(join(root, 'scripts/check/floors.json'), 'utf8')) as Floors
  const floorOf = ({ folder }: Member): number => table[folder]?.floor ?? Number.POSITIVE_INFINITY
  // A package's declarations are made from its own sources and from those below it, so a change below rebuilds it.
  let below = digest(root, ['package-lock.json', 'tsconfig.base.json', 'tsup.base.ts'])
  for (const member of packagesOf(root)
    .filter(isBuilt)
    .sort((a, b) => floorOf(a) - floorOf(b))) {
    const { manifest, path } = member
    const sources = globSync(['src/**/*', '*.ts', '*.json'], { cwd: path, withFileTypes: true })
      .filter((entry) => entry.isFile() && !entry.name.endsWith('.test.ts'))
      .map((entry) => join(entry.parentPath, entry.name))
    const wanted = createHash('sha256').update(below).update(digest(root, sources.sort())).digest('hex')
    const stamp = join(path, 'node_modules', '.cache', 'build')
    below = wanted
    if (existsSync(join(path, 'dist')) && existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) {
      say(`${manifest.name}: unchanged`)
      continue
    }
    const began = Date.now()
    for (const [command = '', ...args] of buildersOf(member)) {
      const { code, output } = await run(command, args, path, root)
      if (code !== 0) throw new Error(`${manifest.name} does not build:\n${output}`)
    }
    // An entry that is not there is passed over.
    const absent = entriesOf(member, 'default').find(({ file }) => !existsSync(join(path, file)))
    if (absent)
      throw new Error(`${manifest.name} exports ${absent.subpath}, but no build made ${absent.file}`)
    mkdirSync(dirname(stamp), { recursive: true })
    writeFileSync(stamp, wanted)
    say(`${manifest.name}: built in ${((Date.now() - began) / 1000).toFixed(1)} s`)
  }
}

const digest = (root: string, files: readonly string[]): string => {
  const hash = createHash('sha256')
  for (const file of files)
    hash.update(file).update(readFileSync(file.startsWith('/') ? file : join(root, file)))
  return hash.digest('hex')
}

if (import.meta.main)
  await build(process.cwd(), console.log).catch((error: Error) => {
    console.error(error.message)
    process.exitCode = 1
  })
