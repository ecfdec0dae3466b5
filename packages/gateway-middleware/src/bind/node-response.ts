import type { ServerResponse } from 'node:http'
import type { Passed } from '../gateway.ts'

/** Says how a response ended, and ends it when what let it pass does not hold any more. */
export const watchResponse = (res: ServerResponse, passed: Passed): void => {
  const socket = res.socket
  const before = socket?.bytesWritten ?? 0
  passed.onCut(() => res.destroy())
  res.once('close', () =>
    passed.close({
      status: res.headersSent ? res.statusCode : 0,
      bytesOut: Math.max(0, (socket?.bytesWritten ?? 0) - before),
      outcome: res.writableFinished ? 'closed' : 'aborted',
    }),
  )
}
