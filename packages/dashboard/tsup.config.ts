import { defineConfig } from 'tsup'
import { library } from '../../tsup.base.ts'

export default defineConfig({
  ...library(['src/index.ts', 'src/main.ts']),
  platform: 'node',
  // The application is built into the same folder.
  clean: false,
})
