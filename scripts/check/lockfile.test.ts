import { expect, test } from 'vitest'
import { missingPlatforms, withPlatforms } from './lockfile.ts'

const lockfile = {
  name: 'toy',
  packages: {
    '': {},
    'node_modules/biome': {
      version: '2.0.0',
      dev: true,
      optionalDependencies: { 'biome-linux-x64-musl': '2.0.0', 'biome-win32-arm64': '2.0.0' },
    },
    'node_modules/biome-win32-arm64': { version: '2.0.0' },
    'node_modules/vite/node_modules/biome': {
      version: '1.0.0',
      optionalDependencies: { 'biome-linux-x64-musl': '1.0.0', 'biome-win32-arm64': '1.0.0' },
    },
  },
}

test('what a package wants and nobody locked, or locked in another version, is missing', () => {
  expect(missingPlatforms(lockfile).map(({ by, name, wanted }) => `${by} ${name} ${wanted}`)).toEqual([
    'node_modules/biome biome-linux-x64-musl 2.0.0',
    'node_modules/vite/node_modules/biome biome-linux-x64-musl 1.0.0',
    'node_modules/vite/node_modules/biome biome-win32-arm64 1.0.0',
  ])
})

test('a completed lockfile misses nothing, keeps what it had, and says where each may be installed', () => {
  const whole = withPlatforms(lockfile)
  expect(missingPlatforms(whole)).toEqual([])
  expect(whole.packages).toMatchObject(lockfile.packages)
  expect(whole.packages['node_modules/biome-linux-x64-musl']).toEqual({
    version: '2.0.0',
    cpu: ['x64'],
    dev: true,
    libc: ['musl'],
    optional: true,
    os: ['linux'],
  })
  expect(whole.packages['node_modules/vite/node_modules/biome/node_modules/biome-win32-arm64']).toEqual({
    version: '1.0.0',
    cpu: ['arm64'],
    optional: true,
    os: ['win32'],
  })
})
