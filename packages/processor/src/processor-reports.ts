import type { Logger } from '@mcp-sentinel/service'
import type { Flushed } from './flush.ts'
import type { ProcessorObserver } from './observer.ts'

/** Of one flush; the counters have the rest. */
const linesMax = 10

/** Lines of what somebody should know; nothing of what an event says. */
export const createProcessorReports = (logger: Logger): ProcessorObserver => ({
  claimed: (partition, epoch) => logger.info({ partition, epoch }, 'claimed a partition'),
  readFailed: (error, retryInMs) => logger.warn({ err: error, retryInMs }, 'the log could not be read'),
  flushFailed: (error, retryInMs) => logger.warn({ err: error, retryInMs }, 'a batch could not be stored'),
  flushed: (flushed) => {
    for (const gap of flushed.gaps.slice(0, linesMax)) logger.warn(gap, 'events of a chain are missing')
    for (const conflict of conflictsOf(flushed).slice(0, linesMax))
      logger.warn(conflict, 'a number of a chain was taken already')
    for (const { record, death } of flushed.dead.slice(0, linesMax)) {
      const { partition, offset } = record
      logger.warn({ partition, offset, ...death }, 'a record was set aside')
    }
  },
})

const conflictsOf = ({ inserted }: Flushed) =>
  inserted.flatMap(({ chainNote, chain, seq, keyId }) =>
    chainNote === 'conflict' ? [{ chain, seq, keyId }] : [],
  )
