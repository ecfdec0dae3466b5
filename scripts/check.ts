import { build } from './build.ts'
import { exportsPinned } from './check/exports.ts'
import { floors } from './check/floors.ts'
import { lint } from './check/lint.ts'
import { lockfile } from './check/lockfile.ts'
import { packages } from './check/packages.ts'
import { runSteps } from './check/run-steps.ts'
import { sizes } from './check/sizes.ts'
import { snippets } from './check/snippets.ts'
import type { Step } from './check/step.ts'
import { tidy } from './check/tidy.ts'
import { types } from './check/types.ts'
import { unused } from './check/unused.ts'

const built: Step = {
  name: 'build',
  about: 'every package builds',
  async run({ root }) {
    try {
      await build(root, () => {})
      return []
    } catch (error) {
      return [String(error)]
    }
  },
}

// The slow ones first: two run at a time, and the gate is as long as its slowest pair.
const steps = [built, types, unused, packages, sizes, exportsPinned, lint, floors, lockfile, snippets, tidy]

const root = process.cwd()
const update = process.argv.includes('--update')
const names = process.argv.slice(2).filter((word) => word !== '--update')
const unknown = names.filter((name) => !steps.some((step) => step.name === name))

if (unknown.length > 0) {
  console.error(`No step called ${unknown.join(', ')}. The steps:`)
  for (const { name, about } of steps) console.error(`  ${name.padEnd(9)} ${about}`)
  process.exitCode = 1
} else {
  const chosen = names.length === 0 ? steps : steps.filter(({ name }) => names.includes(name))
  const needsBuild = chosen.some((step) => step.built) && !chosen.includes(built)
  const failed = await runSteps(needsBuild ? [built, ...chosen] : chosen, { root, update }, console.log)
  process.exitCode = failed === 0 ? 0 : 1
}
