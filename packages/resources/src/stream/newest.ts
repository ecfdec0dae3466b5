import type { ServerResponse } from 'node:http'

/** A client's end of a stream of states, of which only the newest matters. */
export interface NewestStream {
  /** Sends it, or keeps it, in the place of one that waits already, until the client has taken what came before. */
  readonly send: (event: Buffer) => void
  /** Tells that somebody is still here. A client that takes nothing from one of these to the next is cut off. */
  readonly keepAlive: () => void
  readonly end: () => void
}

const comment = ': still here\n\n'

/** Whoever reads slowly holds one event that is being sent and one that waits, and no more. */
export const createNewestStream = (response: ServerResponse): NewestStream => {
  let waiting: Buffer | undefined
  let isFull = false
  let isStuck = false

  const write = (chunk: Buffer | string): void => {
    isFull = !response.write(chunk)
  }
  response.on('drain', () => {
    isFull = false
    isStuck = false
    const next = waiting
    waiting = undefined
    if (next !== undefined) write(next)
  })
  return {
    send: (event) => {
      if (isFull) waiting = event
      else write(event)
    },
    keepAlive: () => {
      if (!isFull) return write(comment)
      if (isStuck) response.destroy()
      isStuck = true
    },
    end: () => void response.end(),
  }
}
