import { type Ref, shallowRef } from 'vue'

/** Less than this apart, two clocks are taken to agree: an answer tells its time in whole seconds. */
const apartMsMin = 2_000

export interface ServerClock {
  /** How much later it is there than here. */
  readonly aheadMs: Readonly<Ref<number>>
  readonly now: () => number
  /** An answer's `Date`, and when it was asked for; a time that is not told changes nothing. */
  readonly note: (date: string | null, askedMs: number) => void
}

/** What is in force and how long it holds is decided by the time of the API, whatever this machine's clock says. */
export const createServerClock = (ownNow: () => number = Date.now): ServerClock => {
  const aheadMs = shallowRef(0)
  return {
    aheadMs,
    now: () => ownNow() + aheadMs.value,
    note: (date, askedMs) => {
      const toldMs = Date.parse(date ?? '')
      if (Number.isNaN(toldMs)) return
      const answeredMs = ownNow()
      const slackMs = apartMsMin + (answeredMs - askedMs) / 2
      // Half a second later on average than the second that it tells.
      const apartMs = Math.round(toldMs + 500 - (askedMs + answeredMs) / 2)
      if (Math.abs(apartMs) <= slackMs) aheadMs.value = 0
      else if (Math.abs(apartMs - aheadMs.value) > slackMs) aheadMs.value = apartMs
    },
  }
}
