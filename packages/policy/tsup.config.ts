import { defineConfig } from 'tsup'
import { library } from '../../tsup.base.ts'

export default defineConfig(
  library([
    'src/index.ts',
    'src/explain.ts',
    'src/permitted.ts',
    'src/diff.ts',
    'src/revision.ts',
    'src/schema.ts',
    'src/text.ts',
    'src/testing.ts',
  ]),
)
