import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { run } from '../run.ts'

export interface Child {
  /** Resolved when it has ended, with how it ended. */
  readonly ended: Promise<string>
  kill(): Promise<void>
  /** It and the processes that it started stand still; all that is connected to them stays connected. */
  freeze(): Promise<void>
  thaw(): Promise<void>
}

interface Place {
  /** Holds what the child writes, and goes with it when this process dies. */
  readonly folder: string
  /** The file that its output is appended to. */
  readonly log: string
}

// Reads until its end of the pipe closes, which the system does when this process ends, however it ends. Whatever the
// program started ends itself without it, unless it stands still.
const watching = `
while read -r _; do :; done
started=$(ps -A -o pid= -o ppid= | while read -r pid parent; do [ "$parent" = "$1" ] && echo "$pid"; done)
kill -KILL "$1" 2>/dev/null
[ -n "$started" ] && kill -CONT $started 2>/dev/null
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
  let isFrozen = false
  const thaw = async (): Promise<void> => {
    isFrozen = false
    await signal(child.pid, 'SIGCONT')
  }
  return {
    ended,
    async kill() {
      if (isFrozen) await thaw()
      child.kill('SIGKILL')
      await ended
    },
    async freeze() {
      isFrozen = true
      await signal(child.pid, 'SIGSTOP')
    },
    thaw,
  }
}

/** The parent first: then it starts no more of them. */
const signal = async (pid: number | undefined, name: 'SIGSTOP' | 'SIGCONT'): Promise<void> => {
  if (pid === undefined || !sent(pid, name)) return
  const { output } = await run('ps', ['-A', '-o', 'pid=', '-o', 'ppid='], import.meta.dirname)
  for (const line of output.trim().split('\n')) {
    const [started, parent] = line.trim().split(/\s+/).map(Number)
    if (parent === pid) await signal(started, name)
  }
}

const sent = (pid: number, name: NodeJS.Signals): boolean => {
  try {
    return process.kill(pid, name)
  } catch (error) {
    // It has ended meanwhile.
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false
    throw error
  }
}
