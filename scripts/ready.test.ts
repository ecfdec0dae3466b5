import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'

const lockfile = (version: string): string =>
  JSON.stringify({
    name: 'toy',
    lockfileVersion: 3,
    packages: {
      '': {},
      'packages/own': { version },
      'node_modules/own': { resolved: 'packages/own', link: true },
      'node_modules/node': { version },
      'node_modules/elsewhere': { version, optional: true },
    },
  })
const installed = (version: string): string =>
  JSON.stringify({
    packages: {
      'node_modules/own': { resolved: 'packages/own', link: true },
      'node_modules/node': { version },
    },
  })

const checkout = (files: Readonly<Record<string, string>>): string => {
  const root = mkdtempSync(join(tmpdir(), 'toy-checkout-'))
  onTestFinished(() => rmSync(root, { recursive: true, force: true }))
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, file)), { recursive: true })
    writeFileSync(join(root, file), text)
  }
  mkdirSync(join(root, 'scripts'))
  copyFileSync(join(import.meta.dirname, 'ready.js'), join(root, 'scripts/ready.js'))
  writeFileSync(join(root, 'scripts/package.json'), '{ "type": "module" }')
  return root
}
const ready = (root: string) =>
  spawnSync(process.execPath, ['scripts/ready.js'], { cwd: root, encoding: 'utf8' })

test('says nothing when npm’s own record matches the lockfile, and remembers it', () => {
  const root = checkout({
    'package-lock.json': lockfile('1.0.0'),
    'node_modules/.package-lock.json': installed('1.0.0'),
    'node_modules/node/bin/node': '',
  })
  expect(ready(root)).toMatchObject({ status: 0, stdout: '', stderr: '' })
  rmSync(join(root, 'node_modules/.package-lock.json'))
  expect(ready(root)).toMatchObject({ status: 0, stdout: '', stderr: '' })
})

// With a broken package.json npm ci fails at once and asks no registry.
test.each([
  ['nothing is installed', {}, 'this is the first run here'],
  [
    'another version is installed',
    { 'node_modules/.package-lock.json': installed('0.9.0'), 'node_modules/node/bin/node': '' },
    'node_modules does not match package-lock.json',
  ],
  [
    'Node itself is missing',
    { 'node_modules/.package-lock.json': installed('1.0.0') },
    'node_modules does not match package-lock.json',
  ],
])(
  'installs when %s, and a failure is npm’s own words and a sentence',
  { timeout: 20_000 },
  (_, files, why) => {
    const root = checkout({ ...files, 'package.json': '{', 'package-lock.json': lockfile('1.0.0') })
    const { status, stdout, stderr } = ready(root)
    expect(status).toBe(1)
    expect(stdout).toContain(`because ${why}`)
    expect(stderr).toContain('npm error')
    expect(stderr).toMatch(/npm ci ended with \d+ after \d+ s: the dependencies are not installed/)
    expect(existsSync(join(root, 'node_modules/.ready'))).toBe(false)
  },
)
