import { dirname, join } from 'node:path/posix'
import type { Import } from './imports.ts'

/** The circles among a package's own files, each once and written as it is walked. */
export const circlesIn = (imports: readonly Import[]): string[][] => {
  const found = new Map<string, string[]>()
  const done = new Set<string>()
  const walk = (file: string, trail: readonly string[]): void => {
    const start = trail.indexOf(file)
    if (start >= 0) {
      const circle = trail.slice(start)
      found.set([...circle].sort().join(), [...circle, file])
      return
    }
    if (done.has(file)) return
    for (const next of imports)
      if (next.file === file && next.specifier.startsWith('.'))
        walk(join(dirname(file), next.specifier), [...trail, file])
    done.add(file)
  }
  for (const { file } of imports) walk(file, [])
  return [...found.values()]
}
