import vue from '@vitejs/plugin-vue'
import { defaultClientConditions, defineConfig } from 'vite'

/** The application, from the sources of all that it is made of. */
export default defineConfig({
  root: 'src/app',
  plugins: [vue()],
  resolve: { conditions: ['@mcp-sentinel/source', ...defaultClientConditions] },
  build: {
    target: 'es2023',
    outDir: '../../dist/app',
    emptyOutDir: true,
    sourcemap: true,
    assetsInlineLimit: 0,
    // What is within the files that browsers load is others' too, who want that told.
    license: { fileName: 'licences.md' },
    rolldownOptions: {
      output: {
        codeSplitting: { groups: [{ name: 'zod', test: /node_modules\/zod\/|src\/app\/without-eval\.ts/ }] },
      },
    },
  },
})
