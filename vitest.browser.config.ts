import { defaultServerConditions } from 'vite'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  ssr: { resolve: { conditions: ['@mcp-sentinel/source', ...defaultServerConditions] } },
  test: {
    include: ['packages/*/src/**/*.browser.test.ts'],
    // Each brings up a stack and a browser.
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
