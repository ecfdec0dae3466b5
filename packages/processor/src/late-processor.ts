import type { HealthCheck, Logger } from '@mcp-sentinel/service'
import { pause, pauseMsAfter } from './backoff.ts'

export interface Opened {
  readonly check: HealthCheck
  readonly close: () => Promise<void>
}

/** What is opened as soon as it can be: a process that ended while its engines are away would only be started again. */
export const createLateProcessor = (open: () => Promise<Opened>, logger: Logger): Opened => {
  const stopping = new AbortController()
  let opened: Opened | undefined

  const openOnce = async (): Promise<void> => {
    for (let failures = 1; !stopping.signal.aborted && opened === undefined; failures++) {
      try {
        opened = await open()
      } catch (error) {
        const retryInMs = pauseMsAfter(failures)
        logger.warn({ err: error, retryInMs }, 'the log cannot be opened')
        await pause(retryInMs, stopping.signal)
      }
    }
  }
  const opening = openOnce()

  return {
    check: {
      name: 'progress',
      error: 'processor_stalled',
      deadlineMs: 1_000,
      check: async (signal) => {
        if (opened === undefined) throw new Error('the log is not open')
        await opened.check.check(signal)
      },
    },
    close: async () => {
      stopping.abort()
      await opening
      await opened?.close()
    },
  }
}
