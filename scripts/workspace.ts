import { existsSync, globSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

interface Manifest {
  readonly name: string
  readonly version: string
  readonly private?: boolean
  readonly exports?: Readonly<Record<string, string | Readonly<Record<string, string>>>>
  readonly dependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>
}

export interface Member {
  /** The folder's name, which is also the package's name without its scope. */
  readonly folder: string
  readonly path: string
  readonly manifest: Manifest
}

export const sourceCondition = '@mcp-sentinel/source'

export const packagesOf = (root: string): Member[] =>
  globSync('packages/*/package.json', { cwd: root })
    .sort()
    .map((file) => ({
      folder: basename(dirname(file)),
      path: join(root, dirname(file)),
      manifest: JSON.parse(readFileSync(join(root, file), 'utf8')) as Manifest,
    }))

export const publishedOf = (root: string): Member[] =>
  packagesOf(root).filter(({ manifest }) => !manifest.private)

/** How a package is built, by the configurations that it has: what browsers load, modules, and the types of Vue files. */
const builders = {
  'vite.config.ts': ['vite', 'build', '--logLevel', 'warn'],
  'tsup.config.ts': ['tsup', '--silent'],
  'tsconfig.build.json': ['vue-tsc', '-p', 'tsconfig.build.json'],
}

export const buildersOf = ({ path }: Member): readonly (readonly string[])[] =>
  Object.entries(builders).flatMap(([file, command]) => (existsSync(join(path, file)) ? [command] : []))

/** One that is only run from source has none of them. */
export const isBuilt = (member: Member): boolean => buildersOf(member).length > 0

/** The subpaths that people import, each with the file that stands for it under `condition`. */
export const entriesOf = ({ manifest }: Member, condition: string): { subpath: string; file: string }[] =>
  Object.entries(manifest.exports ?? {}).flatMap(([subpath, target]) => {
    const file = typeof target === 'string' ? undefined : target[condition]
    return file === undefined ? [] : [{ subpath, file }]
  })
