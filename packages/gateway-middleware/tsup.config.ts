import { defineConfig } from 'tsup'
import { library } from '../../tsup.base.ts'

export default defineConfig({
  ...library([
    'src/index.ts',
    'src/adapters/auth-info-identity.ts',
    'src/adapters/document-identity.ts',
    'src/adapters/file-policy.ts',
    'src/adapters/header-identity.ts',
    'src/adapters/http-policy.ts',
    'src/adapters/identity-headers.ts',
    'src/adapters/oauth-identity.ts',
    'src/adapters/resource-metadata.ts',
    'src/bind/fastify.ts',
    'src/bind/fetch.ts',
    'src/bind/hono.ts',
    'src/bind/node.ts',
    'src/bind/transport.ts',
    'src/held-policy.ts',
    'src/listing-body.ts',
    'src/sse.ts',
    'src/static-policy.ts',
  ]),
  platform: 'node',
  // Workers and Deno know Node's modules by `node:` only.
  removeNodeProtocol: false,
})
