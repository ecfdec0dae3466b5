import type { EventLog } from '@mcp-sentinel/events'

type Log = Pick<EventLog, 'append' | 'close'>

/** A log that opens when it is first needed, and again when that failed: ingest starts while Kafka is away. */
export const createLateLog = (open: () => Promise<Log>): Log => {
  let opening: Promise<Log> | undefined
  const opened = (): Promise<Log> => {
    opening ??= open().catch((error: unknown) => {
      opening = undefined
      throw error
    })
    return opening
  }
  return {
    append: async (entries) => (await opened()).append(entries),
    close: async () => {
      const log = await opening?.catch(() => undefined)
      await log?.close()
    },
  }
}
