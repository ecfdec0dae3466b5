import { spawn } from 'node:child_process'
import { delimiter, join } from 'node:path'

export interface Outcome {
  readonly code: number
  readonly output: string
}

/** Runs a command to its end and keeps what it said. The tools of the tree at `cwd` (or `root`) come first on PATH. */
export const run = (command: string, args: readonly string[], cwd: string, root = cwd): Promise<Outcome> =>
  new Promise((resolve) => {
    const PATH = [join(root, 'node_modules', '.bin'), process.env['PATH']].join(delimiter)
    // Tools that see a terminal's variables colour and animate; their output is read by people and by tests alike.
    const env = { ...process.env, PATH, NO_COLOR: '1', FORCE_COLOR: undefined, npm_config_loglevel: 'error' }
    const child = spawn(command, args, {
      cwd,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: process.platform === 'win32',
    })
    let output = ''
    child.stdout.on('data', (text) => (output += text))
    child.stderr.on('data', (text) => (output += text))
    child.on('error', (error) => resolve({ code: 1, output: `${command}: ${error.message}` }))
    child.on('close', (code) => resolve({ code: code ?? 1, output: output.trim() }))
  })

/** The faults of a tool that speaks by its exit code: none, or all that it said. */
export const faultsOf = async (
  command: string,
  args: readonly string[],
  cwd: string,
  root = cwd,
): Promise<string[]> => {
  const { code, output } = await run(command, args, cwd, root)
  return code === 0 ? [] : [output || `${command} ended with ${code} and said nothing`]
}
