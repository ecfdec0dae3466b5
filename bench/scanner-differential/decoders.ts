import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** A reader in another language: a process that answers each line with one. */
export interface Decoder {
  readonly name: 'go' | 'python'
  readonly read: (lines: readonly string[]) => Promise<readonly string[]>
  /** For characters that are folded, the code points that they become. */
  readonly folds: readonly (readonly [from: string, to: string])[]
  readonly close: () => void
}

const sourceOf = (name: string): string => fileURLToPath(new URL(name, import.meta.url))

/** Those of the two languages that are on this machine. */
export const startDecoders = (): Decoder[] => [...startPython(), ...startGo()]

const [python, go] = ['python3', 'go']
const isHere = (command: string, ask: string): boolean => spawnSync(command, [ask]).status === 0

const startPython = (): Decoder[] =>
  isHere(python, '--version') ? [startDecoder('python', python, [sourceOf('decode.py')])] : []

const startGo = (): Decoder[] => {
  if (!isHere(go, 'version')) return []
  const folder = mkdtempSync(join(tmpdir(), 'scanner-differential-'))
  const program = join(folder, 'decode')
  const remove = () => rmSync(folder, { recursive: true, force: true })
  const built = spawnSync(go, ['build', '-o', program, sourceOf('decode.go')], { cwd: folder })
  if (built.status === 0) return [startDecoder('go', program, [], remove)]
  remove()
  throw new Error(`The Go decoder does not build: ${built.stderr}`)
}

const startDecoder = (
  name: Decoder['name'],
  command: string,
  args: readonly string[],
  remove?: () => void,
): Decoder => {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  const waiting: ((line: string) => void)[] = []
  createInterface({ input: child.stdout }).on('line', (line) => waiting.shift()?.(line))
  const told = spawnSync(command, [...args, 'folds'], { maxBuffer: 1 << 24, encoding: 'utf8' }).stdout
  return {
    name,
    read: (lines) => {
      const answers = lines.map(() => new Promise<string>((resolve) => waiting.push(resolve)))
      child.stdin.write(lines.map((line) => `${line}\n`).join(''))
      return Promise.all(answers)
    },
    folds: told
      .trim()
      .split('\n')
      .map((line) => {
        const [from = '', ...to] = line
          .split(' ')
          .map((point) => String.fromCodePoint(Number.parseInt(point, 16)))
        return [from, to.join('')]
      }),
    close: () => {
      child.stdin.end()
      remove?.()
    },
  }
}
