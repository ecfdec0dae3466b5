import type { Options } from 'tsup'

/** One build for every package: ESM, one output file per subpath, declarations beside it, nothing of ours bundled in. */
export const library = (entry: string[]): Options => ({
  entry,
  format: 'esm',
  target: 'es2023',
  platform: 'neutral',
  dts: true,
  clean: true,
  sourcemap: true,
  splitting: true,
})
