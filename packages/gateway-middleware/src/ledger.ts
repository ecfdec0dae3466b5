import type { TraceContext } from '@mcp-sentinel/events'
import type { Soon } from './after.ts'
import { type Decided, type End, recordOf, type ServerLabels } from './record.ts'
import type { Intent, Recorder } from './recorder.ts'
import { traceOf } from './trace.ts'

/** A call that was let pass and is to be written down. */
export interface Entry {
  /** `as`: where it was decided otherwise after all. */
  readonly close: (end: End, as?: Decided) => void
  /** It is told of before it ends. */
  readonly isLong: (latencyMs: number) => void
}

export interface Ledger {
  /** Writes down a decision that is over. */
  readonly write: (decided: Decided, end: End) => void
  /** There when all that has to be durable before a call goes on is so, or when it is known that it cannot be. */
  readonly begin: (passed: readonly Decided[]) => Soon<Begun>
}

interface Begun {
  /** When not, none of them may go on. */
  readonly isDurable: boolean
  /** One for each, in their order. */
  readonly entries: readonly Entry[]
}

export interface LedgerOptions {
  /** Told when a decision could not be written down; its call has gone on by then. */
  readonly report: (error: unknown) => void
  readonly record: Recorder | Recorder['record']
  readonly labels: ServerLabels
}

const notYet: End = { status: 0, bytesOut: 0, latencyMs: 0, outcome: undefined }

const traceFor = ({ trace, exchange, call }: Decided): TraceContext => trace ?? traceOf(exchange, call)

export const createLedger = ({ record, labels, report }: LedgerOptions): Ledger => {
  const recorder: Recorder = typeof record === 'function' ? { record } : record

  const tell = (...told: Parameters<Recorder['record']>): void => {
    try {
      recorder.record(...told)
    } catch (error) {
      report(error)
    }
  }

  const write = (decided: Decided, end: End): void => tell(recordOf(decided, end, labels), traceFor(decided))

  const intend = async (decided: Decided): Promise<Intent | undefined> =>
    decided.decision?.audit === 'required'
      ? recorder.begin?.(recordOf(decided, notYet, labels), traceFor(decided))
      : undefined

  const beginDurably = async (passed: readonly Decided[]): Promise<Begun> => {
    const intents = await Promise.allSettled(passed.map(intend))
    const begun = intents.map((intent) => (intent.status === 'fulfilled' ? intent.value : undefined))
    return {
      isDurable: passed.every(
        ({ decision }, index) => decision?.audit !== 'required' || begun[index] !== undefined,
      ),
      // What is durable says that a call went on, so it is what has to say, too, when it did not.
      entries: passed.map((decided, index) => entryOf(decided, begun[index])),
    }
  }

  return {
    write,
    begin: (passed) =>
      passed.some(({ decision }) => decision?.audit === 'required')
        ? beginDurably(passed)
        : { isDurable: true, entries: passed.map((decided) => entryOf(decided, undefined)) },
  }

  function entryOf(decided: Decided, intent: Intent | undefined): Entry {
    return {
      close: (end, as = decided) =>
        intent === undefined ? write(as, end) : intent.close(recordOf(as, end, labels)),
      isLong: (latencyMs) => {
        const record = recordOf(decided, { ...notYet, latencyMs }, labels)
        tell(record, traceFor(decided), 'mcp.request.open')
      },
    }
  }
}
