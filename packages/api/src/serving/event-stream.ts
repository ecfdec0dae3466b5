import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import type { Sent } from './route.ts'

const keepAliveMs = 15_000

/** Writes as fast as the client reads, until either has enough. */
export const sendEvents = async (
  response: ServerResponse,
  events: AsyncIterable<Sent>,
  signal: AbortSignal,
): Promise<void> => {
  const timer = setInterval(() => response.write(':\n\n'), keepAliveMs)
  try {
    response.write(':\n\n')
    for await (const { name, data, id } of events) {
      if (signal.aborted) break
      const isTaken = response.write(
        `${id === undefined ? '' : `id: ${id}\n`}event: ${name}\ndata: ${JSON.stringify(data)}\n\n`,
      )
      if (!isTaken) await once(response, 'drain', { signal })
    }
  } catch (error) {
    if (!signal.aborted) throw error
  } finally {
    clearInterval(timer)
    response.end()
  }
}
