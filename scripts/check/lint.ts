import { faultsOf } from '../run.ts'
import type { Step } from './step.ts'

export const lint: Step = {
  name: 'lint',
  about: 'biome: format and lint rules (npm run format mends what it can)',
  run: ({ root }) =>
    faultsOf('biome', ['ci', '--error-on-warnings', '--max-diagnostics=50', '--colors=off', '.'], root),
}
