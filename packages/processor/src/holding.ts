import type { Claim } from '@mcp-sentinel/events'
import type { EventRow, EventWriter, Fence } from '@mcp-sentinel/events/clickhouse'

/** A claimed partition as the store sees it: by which fence we write there, and what is there already. */
export interface Holding {
  readonly claim: Claim
  /** Takes the partition over in the store, unless that was done and nothing has cast doubt on it since. */
  readonly secure: () => Promise<Fence>
  /** An insert ended nobody knows how, or was refused: the next `secure` takes over anew. */
  readonly doubt: () => void
  /** Of some rows of this partition in the order of their offsets, those that are not stored yet. */
  readonly missing: (rows: readonly EventRow[]) => Promise<readonly EventRow[]>
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
    missing: async (rows) => {
      const { storedUpTo } = await secure()
      const first = rows[0]?.place.offset ?? 0
      const last = rows.at(-1)?.place.offset ?? 0
      if (rows.length === 0 || first > storedUpTo) return rows
      const stored = await writer.storedBetween(partition, first, last)
      // By id as well: a log that was set up anew has other events at the same offsets.
      return rows.filter(({ id, place }) => !stored.get(place.offset)?.includes(id))
    },
  }
}
