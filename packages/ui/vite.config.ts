import vue from '@vitejs/plugin-vue'
import { defineConfig, type Plugin } from 'vite'

/** So that whoever imports the styles needs nobody else's declarations to do so. */
const declareStyles: Plugin = {
  name: 'declare-styles',
  generateBundle() {
    this.emitFile({ type: 'asset', fileName: 'style.css.d.ts', source: 'export {}\n' })
  },
}

/** One file for each module, so that an application takes what it uses; all of the styles in one. */
export default defineConfig({
  plugins: [vue(), declareStyles],
  build: {
    target: 'es2023',
    sourcemap: true,
    minify: false,
    lib: { entry: 'src/index.ts', formats: ['es'], cssFileName: 'style' },
    rolldownOptions: {
      external: (id) => /^[@\w]/.test(id) && !id.startsWith('@/') && !id.includes('packages/ui'),
      output: { preserveModules: true, preserveModulesRoot: 'src', entryFileNames: '[name].js' },
    },
  },
})
