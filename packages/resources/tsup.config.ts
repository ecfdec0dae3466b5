import { defineConfig } from 'tsup'
import { library } from '../../tsup.base.ts'

export default defineConfig({
  ...library([
    'src/index.ts',
    'src/adapters/directory.ts',
    'src/crds.ts',
    'src/policy-stream.ts',
    'src/rendered-policies.ts',
    'src/text.ts',
    'src/workloads.ts',
  ]),
  platform: 'node',
})
