import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Step } from './step.ts'

export const snippets: Step = {
  name: 'snippets',
  about: 'every ts fence of a README or a guide is a region of a file that is type-checked and run',
  async run({ root, update }) {
    return globSync(['README.md', 'packages/*/README.md', 'docs/guides/*.md'], { cwd: root })
      .sort()
      .flatMap((readme) => {
        const path = join(root, readme)
        const text = readFileSync(path, 'utf8')
        const read = (source: string): string | undefined => {
          const file = join(dirname(path), source)
          return existsSync(file) ? readFileSync(file, 'utf8') : undefined
        }
        const { faults, mended } = synced(text, read)
        if (update && mended !== text) writeFileSync(path, mended)
        const left = update ? synced(mended, read).faults : faults
        return left.map(({ line, why }) => `${readme}:${line}: ${why}`)
      })
  },
}

interface Fault {
  readonly line: number
  readonly why: string
}

const fence = /^```(?:ts|typescript|js|javascript)\b(?<info>.*)\n(?<body>[\s\S]*?)^```$/gm

export const synced = (
  readme: string,
  read: (source: string) => string | undefined,
): { faults: Fault[]; mended: string } => {
  const faults: Fault[] = []
  const mended = readme.replace(fence, (whole: string, ...rest: unknown[]) => {
    const { info, body } = rest.at(-1) as { info: string; body: string }
    const line = readme.slice(0, rest.at(-3) as number).split('\n').length
    const [, source, region] = /source="([^"#]+)#([^"]+)"/.exec(info) ?? []
    if (!source || !region) {
      faults.push({ line, why: 'this fence has no source="./src/….examples.ts#region", so nobody runs it' })
      return whole
    }
    const text = read(source)
    const wanted = text === undefined ? undefined : regionOf(text, region)
    if (wanted === undefined) {
      faults.push({
        line,
        why: text === undefined ? `${source} is not there` : `${source} has no //#region ${region}`,
      })
      return whole
    }
    if (body === wanted) return whole
    faults.push({ line, why: `differs from ${source}#${region}. Run: npm run check -- snippets --update` })
    return `${whole.slice(0, whole.indexOf('\n') + 1)}${wanted}\`\`\``
  })
  return { faults, mended }
}

/** The lines between `//#region name` and its `//#endregion`, moved left to the margin. */
export const regionOf = (text: string, name: string): string | undefined => {
  const lines = text.split('\n')
  const start = lines.findIndex((line) => /^\s*\/\/\s*#region\s+(.*?)\s*$/.exec(line)?.[1] === name)
  const end = lines.findIndex((line, at) => at > start && /^\s*\/\/\s*#endregion\b/.test(line))
  if (start < 0 || end < 0) return undefined
  const inside = lines.slice(start + 1, end)
  const margin = Math.min(...inside.filter((line) => line.trim() !== '').map((line) => line.search(/\S/)))
  return inside.map((line) => `${line.slice(margin)}\n`).join('')
}
