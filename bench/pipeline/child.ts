import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'

export interface Child<Ready> {
  readonly ready: Ready
  readonly pid: number
  readonly ask: <Answer>(question: unknown) => Promise<Answer>
  readonly close: () => Promise<void>
}

/** A script in a process of its own, so that what it costs is not mixed with what measures it. */
export const startChild = async <Ready>(
  script: URL,
  args: readonly string[],
  nodeArgs: readonly string[] = [],
): Promise<Child<Ready>> => {
  const child: ChildProcess = fork(script, args, {
    execArgv: ['--conditions=@mcp-sentinel/source', '--disable-warning=TimeoutNegativeWarning', ...nodeArgs],
  })
  const message = async <T>(): Promise<T> => {
    const settled = new AbortController()
    const { signal } = settled
    const ended = once(child, 'exit', { signal }).then(([code]) => {
      throw new Error(`${script.pathname} ended with ${code}`)
    })
    ended.catch(() => {})
    try {
      const [value] = (await Promise.race([once(child, 'message', { signal }), ended])) as [T]
      return value
    } finally {
      settled.abort()
    }
  }
  const ready = await message<Ready>()
  return {
    ready,
    pid: child.pid ?? 0,
    ask: async (question) => {
      child.send(question as object)
      return message()
    },
    close: async () => {
      const gone = once(child, 'exit')
      child.disconnect()
      await gone
    },
  }
}
