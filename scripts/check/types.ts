import { globSync } from 'node:fs'
import { dirname } from 'node:path'
import { faultsOf } from '../run.ts'
import type { Step } from './step.ts'

export const types: Step = {
  name: 'types',
  about:
    'tsc over everything, and once more over each tsconfig.json of a package, an application or an example; vue-tsc over those of Vue',
  async run({ root }) {
    const own = globSync(['{packages,examples}/*/tsconfig.json', 'packages/*/src/app/tsconfig.json'], {
      cwd: root,
    })
    const projects = ['tsconfig.json', ...own.sort()]
    const faults: string[] = []
    for (const project of projects) {
      const folder = dirname(project)
      const components = globSync([`${folder}/src/**/*.vue`, `${folder}/*.vue`], { cwd: root })
      const compiler = components.length > 0 ? 'vue-tsc' : 'tsc'
      faults.push(...(await faultsOf(compiler, ['-p', project, '--pretty', 'false'], root)))
    }
    return faults
  },
}
