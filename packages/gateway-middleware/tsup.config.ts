import { defineConfig } from 'tsup'
import { library } from '../../tsup.base.ts'

export default defineConfig({ ...library(['src/index.ts', 'src/bind/node.ts', 'src/listing-body.ts']), platform: 'node' })
