import type { ChainNote, EventRow, EventWriter } from '@mcp-sentinel/events/clickhouse'
import type { Death } from './decode.ts'

/** A number so far ahead is no loss of events but a claim to the chain's whole future. */
const seqJumpMax = 1_000_000
/** Chains whose place is remembered; one that is forgotten is asked of the store again. */
const chainsMax = 50_000

type Judgement =
  | { readonly kind: 'store'; readonly row: EventRow }
  /** It is stored already, under another offset: its producer did not hear so and sent it again. */
  | { readonly kind: 'repeat' }
  | { readonly kind: 'dead'; readonly death: Death }

interface Judged {
  /** One for each row, in their order. */
  readonly judgements: readonly Judgement[]
  readonly gaps: readonly ChainGap[]
  /** To be called when what was judged is stored: only then do the chains stand there. */
  readonly settle: () => void
}

export interface ChainGap {
  readonly chain: string
  readonly from: number
  readonly to: number
}

/** Knows how far each chain has come, so that an event counts once and a missing one is told. */
export interface Chains {
  readonly judge: (rows: readonly EventRow[]) => Promise<Judged>
  /** The store is asked anew about every chain: somebody else may have written. */
  readonly forget: () => void
}

export const createChains = (writer: EventWriter): Chains => {
  /** The highest `seq` that is stored. */
  let highest = new Map<string, number>()

  const learn = async (rows: readonly EventRow[], known: Map<string, number>): Promise<void> => {
    const unknown = new Set<string>()
    for (const { chain } of rows) if (chain !== '' && !known.has(chain)) unknown.add(chain)
    if (unknown.size === 0) return
    const stored = await writer.highestSeqs([...unknown])
    for (const chain of unknown) known.set(chain, stored.get(chain) ?? 0)
  }

  return {
    judge: async (rows) => {
      // Who forgets in the meantime forgets for the batches to come.
      const before = highest
      await learn(rows, before)
      const ahead = new Map<string, number>()
      const gaps: ChainGap[] = []
      const ids = await idsOfRepeated(rows, before, writer)

      const judge = (row: EventRow): Judgement => {
        const { chain, seq } = row
        if (chain === '') return { kind: 'store', row }
        const last = ahead.get(chain) ?? before.get(chain) ?? 0
        if (seq - last > seqJumpMax) {
          return { kind: 'dead', death: { reason: 'seq_jump', detail: `from ${last} to ${seq}` } }
        }
        const known = ids.at(chain, seq)
        if (known.has(row.id)) return { kind: 'repeat' }
        ids.add(chain, seq, row.id)
        if (seq <= last) return noted(row, 'conflict')
        ahead.set(chain, seq)
        if (seq === last + 1) return { kind: 'store', row }
        gaps.push({ chain, from: last + 1, to: seq - 1 })
        return noted(row, 'gap')
      }

      return {
        judgements: rows.map(judge),
        gaps,
        settle: () => {
          for (const [chain, seq] of ahead) {
            // Set anew, so that the chains that are at work come last and go last.
            highest.delete(chain)
            highest.set(chain, seq)
          }
          for (const chain of highest.keys()) {
            if (highest.size <= chainsMax) break
            highest.delete(chain)
          }
        },
      }
    },
    forget: () => {
      highest = new Map()
    },
  }
}

const noted = (row: EventRow, chainNote: ChainNote): Judgement => ({
  kind: 'store',
  row: { ...row, chainNote },
})

interface KnownIds {
  readonly at: (chain: string, seq: number) => ReadonlySet<string>
  readonly add: (chain: string, seq: number, id: string) => void
}

const none: ReadonlySet<string> = new Set()

/** The ids that stand at the numbers which this batch gives again: those in the store, then those of the batch. */
const idsOfRepeated = async (
  rows: readonly EventRow[],
  highest: ReadonlyMap<string, number>,
  writer: EventWriter,
): Promise<KnownIds> => {
  const repeated = repeatedSeqs(rows, highest)
  const known = new Map<string, Set<string>>()
  const keyOf = (chain: string, seq: number): string => `${seq} ${chain}`
  for (const [chain, seqs] of repeated) {
    const ids = await writer.idsOf(chain, [...seqs])
    for (const seq of seqs) known.set(keyOf(chain, seq), new Set(ids.get(seq)))
  }
  return {
    at: (chain, seq) => (known.size === 0 ? none : (known.get(keyOf(chain, seq)) ?? none)),
    // Numbers that the batch gives once need not be remembered.
    add: (chain, seq, id) => {
      if (known.size > 0) known.get(keyOf(chain, seq))?.add(id)
    },
  }
}

const repeatedSeqs = (
  rows: readonly EventRow[],
  highest: ReadonlyMap<string, number>,
): ReadonlyMap<string, ReadonlySet<number>> => {
  const last = new Map<string, number>()
  const repeated = new Map<string, Set<number>>()
  for (const { chain, seq } of rows) {
    if (chain === '') continue
    const before = last.get(chain) ?? highest.get(chain) ?? 0
    if (seq > before) last.set(chain, seq)
    else repeated.set(chain, (repeated.get(chain) ?? new Set()).add(seq))
  }
  return repeated
}
