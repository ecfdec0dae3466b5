import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { constants } from 'node:os'

/**
 * Runs a command in this terminal and gives its exit code. Ctrl-C reaches the command by itself, so here it only must not
 * end this process before it; what is sent to this process alone is passed on.
 */
export const runCommand = async (
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<number> => {
  const child = spawn(command, args, { env, stdio: 'inherit' })
  const passOn = () => child.kill('SIGTERM')
  const stay = () => {}
  process.on('SIGTERM', passOn)
  process.on('SIGINT', stay)
  try {
    await once(child, 'spawn')
    const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null]
    return code ?? 128 + constants.signals[signal ?? 'SIGKILL']
  } finally {
    process.off('SIGTERM', passOn)
    process.off('SIGINT', stay)
  }
}
