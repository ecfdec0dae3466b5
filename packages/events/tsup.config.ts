import { defineConfig } from 'tsup'
import { library } from '../../tsup.base.ts'

export default defineConfig({
  ...library([
    'src/index.ts',
    'src/adapters/http-sink.ts',
    'src/adapters/kafka-client.ts',
    'src/adapters/kafka-log.ts',
    'src/adapters/segment-log.ts',
    'src/adapters/spool.ts',
    'src/clickhouse/index.ts',
  ]),
  platform: 'node',
})
