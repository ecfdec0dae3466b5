import { defaultServerConditions } from 'vite'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  ssr: { resolve: { conditions: ['@mcp-sentinel/source', ...defaultServerConditions] } },
  test: {
    include: [
      'packages/*/src/**/*.engine.test.ts',
      'examples/*/**/*.engine.test.ts',
      'scripts/engines/**/*.engine.test.ts',
    ],
    // kafkajs sets a timer into the past before every first request; Node warns of each.
    execArgv: ['--disable-warning=TimeoutNegativeWarning'],
    // The limit of a test that waits for an engine, not what it should take.
    testTimeout: 60_000,
    hookTimeout: 90_000,
  },
})
