import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Step } from './step.ts'

type Locked = {
  version?: string
  optionalDependencies?: Record<string, string>
  os?: string[]
  cpu?: string[]
  libc?: string[]
  dev?: boolean
  optional?: boolean
}
type Lockfile = { packages: Record<string, Locked> }
type Missing = { by: string; name: string; wanted: string; found: string | undefined }

/**
 * npm leaves out of the lockfile the platform packages that it could not fetch (a partial mirror, an offline
 * cache), and `npm ci` then refuses the lockfile as out of step. This names each one that is missing.
 */
export const missingPlatforms = ({ packages }: Lockfile): Missing[] =>
  Object.entries(packages).flatMap(([by, { optionalDependencies = {} }]) =>
    Object.entries(optionalDependencies)
      .map(([name, wanted]) => ({ by, name, wanted, found: nearest(packages, by, name) }))
      .filter(({ found, wanted }) => found === undefined || (isExact(wanted) && found !== wanted)),
  )

export const withPlatforms = ({ packages, ...rest }: Lockfile): Lockfile => {
  const whole = { ...packages }
  for (const { by, name, wanted, found } of missingPlatforms({ packages })) {
    const shared = `node_modules/${name}`
    const place = found === undefined && whole[shared] === undefined ? shared : `${by}/${shared}`
    whole[place] = { version: wanted, ...platformOf(name, packages[by]?.dev === true) }
  }
  const sorted = Object.entries(whole).sort(([a], [b]) => a.localeCompare(b, 'en'))
  return { ...rest, packages: Object.fromEntries(sorted) }
}

const isExact = (range: string): boolean => /^\d/.test(range) && !range.includes(' ')

/** The version that `by` gets when it asks for `name`: the nearest folder upward that has it. */
const nearest = (packages: Lockfile['packages'], by: string, name: string): string | undefined => {
  const inside = packages[by === '' ? `node_modules/${name}` : `${by}/node_modules/${name}`]?.version
  if (inside !== undefined || by === '') return inside
  return nearest(packages, by.slice(0, Math.max(by.lastIndexOf('/node_modules/'), 0)), name)
}

const systems = ['android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'win32']
const processors = ['arm', 'arm64', 'ia32', 'loong64', 'ppc64', 'riscv64', 's390x', 'wasm32', 'x64']

/**
 * Platform packages are named by their platform (`…-linux-arm64-musl`), so the name says where npm may install them.
 * The keys stand in npm's own order, or its next install would shuffle them.
 */
const platformOf = (name: string, dev: boolean): Locked => {
  const words = name.split(/[-/]/)
  const os = words.filter((word) => systems.includes(word))
  const cpu = words.filter((word) => processors.includes(word))
  const libc = words.some((word) => word.startsWith('musl')) ? ['musl'] : ['glibc']
  return {
    ...(cpu.length > 0 ? { cpu } : {}),
    ...(dev ? { dev } : {}),
    ...(os.includes('linux') ? { libc } : {}),
    optional: true,
    ...(os.length > 0 ? { os } : {}),
  }
}

export const lockfile: Step = {
  name: 'lockfile',
  about: 'package-lock.json has the packages of every platform, so that `npm ci` works on each',
  async run({ root, update }) {
    const path = join(root, 'package-lock.json')
    const locked = JSON.parse(readFileSync(path, 'utf8')) as Lockfile
    const missing = missingPlatforms(locked)
    if (missing.length === 0) return []
    if (update) {
      writeFileSync(path, `${JSON.stringify(withPlatforms(locked), null, 2)}\n`)
      return []
    }
    return [
      ...missing.map(
        ({ by, name, wanted }) => `package-lock.json: ${by} wants ${name}@${wanted}, which is not locked`,
      ),
      'Run: npm run check -- lockfile --update',
    ]
  },
}
