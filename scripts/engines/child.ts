import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'

export interface Child {
  /** Resolved when it has ended, with how it ended. */
  readonly ended: Promise<string>
  kill(): Promise<void>
}

interface Place {
  /** Holds what the child writes, and goes with it when this process dies. */
  readonly folder: string
  /** The file that its output is appended to. */
  readonly log: string
}

// Reads until its end of the pipe closes, which the system does when this process ends, however it ends.
const watching = `
while read -r _; do :; done
kill -KILL "$1" 2>/dev/null
for _ in 1 2 3 4 5 6 7 8 9 10; do kill -0 "$1" 2>/dev/null || break; sleep 0.1; done
rm -rf -- "$2"
`

/**
 * Starts a program that never outlives this process, not even when this process is killed: a watcher, tied to it by a
 * pipe, then ends the program, by its process id and nothing else.
 * Both lead sessions of their own, so that Ctrl-C reaches this process alone, which then ends them in order.
 */
export const startChild = async (command: string, args: readonly string[], place: Place): Promise<Child> => {
  const output = openSync(place.log, 'a')
  const child = spawn(command, args, { cwd: place.folder, detached: true, stdio: ['ignore', output, output] })
  closeSync(output)
  await once(child, 'spawn')
  const watcher = spawn('sh', ['-c', watching, 'watcher', String(child.pid), place.folder], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  const ended = once(child, 'exit').then(([code, signal]) => {
    watcher.kill('SIGKILL')
    return signal ? `killed by ${signal}` : `ended with ${code}`
  })
  await once(watcher, 'spawn')
  return {
    ended,
    async kill() {
      child.kill('SIGKILL')
      await ended
    },
  }
}
