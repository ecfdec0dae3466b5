import { existsSync, globSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { faultsOf } from '../run.ts'
import { packagesOf } from '../workspace.ts'
import type { Step } from './step.ts'

export const types: Step = {
  name: 'types',
  about:
    'tsc over everything, and once more over each package that has its own tsconfig.json; vue-tsc over those of Vue',
  async run({ root }) {
    const own = packagesOf(root).map(({ folder }) => `packages/${folder}/tsconfig.json`)
    const projects = ['tsconfig.json', ...own.filter((file) => existsSync(join(root, file)))]
    const faults: string[] = []
    for (const project of projects) {
      const compiler =
        globSync(`${dirname(project)}/src/**/*.vue`, { cwd: root }).length > 0 ? 'vue-tsc' : 'tsc'
      faults.push(...(await faultsOf(compiler, ['-p', project, '--pretty', 'false'], root)))
    }
    return faults
  },
}
