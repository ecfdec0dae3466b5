import vue from '@vitejs/plugin-vue'
import { defaultClientConditions, defineConfig } from 'vite'

export default defineConfig({
  plugins: [vue()],
  // From the sources beside it; an application of your own leaves this line out.
  resolve: { conditions: ['@mcp-sentinel/source', ...defaultClientConditions] },
  build: { target: 'es2023' },
  server: { proxy: { '/api': 'http://127.0.0.1:8080' } },
})
