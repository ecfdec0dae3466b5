import { defineConfig } from 'tsup'
import { library } from '../../tsup.base.ts'

export default defineConfig({
  ...library([
    'src/end-with-parent.ts',
    'src/main.ts',
    'src/pipeline.ts',
    'src/sidecar.ts',
    'src/workspace-assistant.ts',
  ]),
  platform: 'node',
})
