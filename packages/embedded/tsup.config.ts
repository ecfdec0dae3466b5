import { defineConfig } from 'tsup'
import { library } from '../../tsup.base.ts'

// The last is no entry for importers: it is the program of the process that holds the engine.
export default defineConfig({
  ...library(['src/index.ts', 'src/postgres.ts', 'src/clickhouse-server.ts']),
  platform: 'node',
})
