import { defaultServerConditions } from 'vite'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  ssr: { resolve: { conditions: ['@mcp-sentinel/source', ...defaultServerConditions] } },
  test: {
    include: [
      'packages/*/src/**/*.test.ts',
      'examples/*/**/*.test.ts',
      'fixtures/**/*.test.ts',
      'scripts/**/*.test.ts',
    ],
    exclude: ['**/*.engine.test.ts', '**/node_modules/**', '**/dist/**'],
  },
})
