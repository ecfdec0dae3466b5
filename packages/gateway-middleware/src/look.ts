import { filterLists, type Show } from './listing.ts'

/** What is done with the messages of an answer on their way. */
export interface Look {
  /** What of lists may be seen; undefined: all, and the answer goes on byte for byte. */
  readonly show: Show | undefined
  /** Told of each message. */
  readonly heed: ((message: unknown) => void) | undefined
}

/** A message as its client may see it: the same value where that is as it is. */
export const lookAt = (message: unknown, { show, heed }: Look): unknown => {
  heed?.(message)
  return show === undefined ? message : filterLists(message, show)
}
