import { defaultServerConditions } from 'vite'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  ssr: { resolve: { conditions: ['@mcp-sentinel/source', ...defaultServerConditions] } },
  test: {
    include: ['packages/*/src/**/*.browser.test.ts', 'examples/*/*.browser.test.ts'],
    globalSetup: 'packages/cli/src/browser-tests/one-stack.ts',
    // Each has a browser of its own, and all of them the same stack.
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
