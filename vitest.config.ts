import vue from '@vitejs/plugin-vue'
import { defaultClientConditions, defaultServerConditions } from 'vite'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  plugins: [vue()],
  // Of tests that have a page, and of all others.
  resolve: { conditions: ['@mcp-sentinel/source', ...defaultClientConditions] },
  ssr: { resolve: { conditions: ['@mcp-sentinel/source', ...defaultServerConditions] } },
  test: {
    include: [
      'packages/*/src/**/*.test.ts',
      'examples/*/**/*.test.ts',
      'fixtures/**/*.test.ts',
      'scripts/**/*.test.ts',
    ],
    // Only what hangs is to be noticed: many tests start processes, on machines that do other things too.
    testTimeout: 20_000,
    hookTimeout: 20_000,
    exclude: ['**/*.engine.test.ts', '**/*.browser.test.ts', '**/node_modules/**', '**/dist/**'],
  },
})
