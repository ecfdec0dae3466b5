import { faultsOf } from '../run.ts'
import type { Step } from './step.ts'

export const unused: Step = {
  name: 'unused',
  about: 'knip: no dead file, no dead export, no import that package.json does not declare',
  run: ({ root }) => faultsOf('knip', ['--no-progress', '--treat-config-hints-as-errors'], root),
}
