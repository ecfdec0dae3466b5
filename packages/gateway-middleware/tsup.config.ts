import { defineConfig } from 'tsup'
import { library } from '../../tsup.base.ts'

export default defineConfig({
  ...library([
    'src/index.ts',
    'src/adapters/file-policy.ts',
    'src/adapters/http-policy.ts',
    'src/bind/fetch.ts',
    'src/bind/node.ts',
    'src/listing-body.ts',
    'src/static-policy.ts',
  ]),
  platform: 'node',
})
