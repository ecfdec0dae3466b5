/** Signs the chain every so often, so that nobody can cut its end unseen for longer. */
export interface Checkpoints {
  /** An event is kept. */
  readonly count: () => void
  /** Signs what is not signed yet. */
  readonly sign: () => void
  readonly close: () => void
}

const eventsPerCheckpoint = 1000
const checkpointIntervalMs = 10_000

/** `write` says whether the checkpoint is kept; one that is not is left to the next. */
export const createCheckpoints = (write: () => boolean): Checkpoints => {
  let unsigned = 0
  let timer: NodeJS.Timeout | undefined

  const sign = (): void => {
    clearTimeout(timer)
    timer = undefined
    if (unsigned > 0 && write()) unsigned = 0
  }

  return {
    count: () => {
      unsigned++
      if (unsigned % eventsPerCheckpoint === 0) sign()
      else timer ??= setTimeout(sign, checkpointIntervalMs).unref()
    },
    sign,
    close: () => {
      sign()
      clearTimeout(timer)
    },
  }
}

export const noCheckpoints: Checkpoints = { count: () => {}, sign: () => {}, close: () => {} }
