import { createHash } from 'node:crypto'
import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { run } from './run.ts'

/** Builds the pages of the dashboard from sources, unless nothing that they are made of has changed. */
const root = process.cwd()
const stamp = join(root, 'node_modules', '.cache', 'mcp-sentinel-page')
const sources = [
  'package-lock.json',
  'packages/dashboard/vite.config.ts',
  ...globSync(
    ['packages/dashboard/src/app/**/*', 'packages/{ui,contract,policy,resources}/src/**/*.{ts,vue,css}'],
    { cwd: root, withFileTypes: true },
  )
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.test.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort(),
]
const hash = createHash('sha256')
for (const file of sources) hash.update(file).update(readFileSync(file))
const wanted = hash.digest('hex')

const isBuilt =
  existsSync(join(root, 'packages/dashboard/dist/app/index.html')) &&
  existsSync(stamp) &&
  readFileSync(stamp, 'utf8') === wanted
if (!isBuilt) {
  const began = Date.now()
  console.log('Building the pages of the dashboard, because they are new or have changed.')
  const { code, output } = await run(
    'vite',
    ['build', '--logLevel', 'warn'],
    join(root, 'packages/dashboard'),
    root,
  )
  if (code !== 0) throw new Error(`The dashboard does not build:\n${output}`)
  mkdirSync(join(stamp, '..'), { recursive: true })
  writeFileSync(stamp, wanted)
  console.log(`Built in ${((Date.now() - began) / 1000).toFixed(1)} s.`)
}
