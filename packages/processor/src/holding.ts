import type { Claim } from '@mcp-sentinel/events'
import type { EventWriter, Fence } from '@mcp-sentinel/events/clickhouse'
import type { LogEvent } from './decode.ts'

/** A claimed partition as the store sees it: by which fence we write there, and what is there already. */
export interface Holding {
  readonly claim: Claim
  /** Takes the partition over in the store, unless that was done and nothing has cast doubt on it since. */
  readonly secure: () => Promise<Fence>
  /** An insert ended nobody knows how, or was refused: the next `secure` takes over anew. */
  readonly doubt: () => void
  /** Of some events of this partition in the order of their offsets, those that are not stored yet. */
  readonly missing: (events: readonly LogEvent[]) => Promise<readonly LogEvent[]>
}

export const createHolding = (claim: Claim, writer: EventWriter): Holding => {
  const { partition } = claim
  let secured: { readonly fence: Fence; readonly storedUpTo: number } | undefined

  const secure = async (): Promise<{ readonly fence: Fence; readonly storedUpTo: number }> => {
    if (secured !== undefined) return secured
    const fence = await writer.fence(partition, claim.epoch)
    // After the fence: from now on only we can add to what is read here.
    const storedUpTo = (await writer.highestOffset(partition)) ?? -1
    secured = { fence, storedUpTo }
    return secured
  }

  return {
    claim,
    secure: async () => (await secure()).fence,
    doubt: () => {
      secured = undefined
    },
    missing: async (events) => {
      const { storedUpTo } = await secure()
      const first = events[0]?.place.offset ?? 0
      const last = events.at(-1)?.place.offset ?? 0
      if (events.length === 0 || first > storedUpTo) return events
      const stored = await writer.storedBetween(partition, first, last)
      // By id as well: a log that was set up anew has other events at the same offsets.
      return events.filter(({ id, place }) => !stored.get(place.offset)?.includes(id))
    },
  }
}
