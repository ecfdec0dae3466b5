export interface InFlightLimits {
  readonly requestsMax: number
  readonly bytesMax: number
}

/** What is in memory and not answered yet. */
export interface InFlight {
  /** Undefined when there is no room. Whoever takes a place leaves it, once. */
  readonly enter: (bytes: number) => (() => void) | undefined
  readonly requests: () => number
  readonly bytes: () => number
}

/** One request is always let in, so that the largest that is allowed is never refused for ever. */
export const createInFlight = ({ requestsMax, bytesMax }: InFlightLimits): InFlight => {
  let requests = 0
  let bytes = 0
  return {
    enter: (added) => {
      if (requests > 0 && (requests >= requestsMax || bytes + added > bytesMax)) return undefined
      requests++
      bytes += added
      return () => {
        requests--
        bytes -= added
      }
    },
    requests: () => requests,
    bytes: () => bytes,
  }
}
