import { relative } from 'node:path'
import { faultsOf } from '../run.ts'
import { isBuilt, publishedOf } from '../workspace.ts'
import type { Step } from './step.ts'

export const packages: Step = {
  name: 'packages',
  about: 'publint and attw: what npm would publish resolves, with its types, from ESM',
  built: true,
  async run({ root }) {
    const faults: string[] = []
    for (const { path } of publishedOf(root).filter(isBuilt)) {
      const folder = relative(root, path)
      faults.push(...(await faultsOf('publint', ['run', folder, '--strict', '--pack', 'npm'], root)))
      faults.push(
        ...(await faultsOf(
          'attw',
          ['--pack', folder, '--profile', 'esm-only', '--no-emoji', '--no-color'],
          root,
        )),
      )
    }
    return faults
  },
}
