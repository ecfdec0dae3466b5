import type { LogRecord } from '@mcp-sentinel/events'
import type { Flushed } from './flush.ts'

/** Told what happens; nothing it does changes anything. */
export interface ProcessorObserver {
  readonly claimed?: (partition: number, epoch: number) => void
  readonly read?: (records: readonly LogRecord[]) => void
  readonly readFailed?: (error: unknown, retryInMs: number) => void
  readonly flushed?: (flushed: Flushed, durationMs: number) => void
  readonly flushFailed?: (error: unknown, retryInMs: number) => void
}

export const observeAll = (observers: readonly ProcessorObserver[]): Required<ProcessorObserver> => ({
  claimed: (...what) => {
    for (const observer of observers) observer.claimed?.(...what)
  },
  read: (...what) => {
    for (const observer of observers) observer.read?.(...what)
  },
  readFailed: (...what) => {
    for (const observer of observers) observer.readFailed?.(...what)
  },
  flushed: (...what) => {
    for (const observer of observers) observer.flushed?.(...what)
  },
  flushFailed: (...what) => {
    for (const observer of observers) observer.flushFailed?.(...what)
  },
})
