import { type Claim, EventError, type EventLog, type LogRecord } from '@mcp-sentinel/events'
import { type EventRow, type EventWriter, type FencedRow, sourceOf } from '@mcp-sentinel/events/clickhouse'
import type { ChainGap, Chains } from './chains.ts'
import { deadLetterOf } from './dead-letter.ts'
import type { Death, ReadRecord, Record } from './decode.ts'
import type { Holding } from './holding.ts'

/** A record, and by what right it is written. */
export interface Pending {
  readonly holding: Holding
  readonly readMs: number
  readonly record: Record
}

export interface Flushed {
  readonly inserted: readonly EventRow[]
  /** Stored before, at the same place: the log was read again from where the group had committed. */
  readonly replayed: number
  /** Stored before, at another place: a producer sent it twice. */
  readonly repeated: number
  readonly dead: readonly Dead[]
  readonly gaps: readonly ChainGap[]
}

interface Dead {
  readonly record: LogRecord
  readonly death: Death
}

export interface FlushOptions {
  readonly topic: string
  readonly writer: EventWriter
  readonly chains: Chains
  readonly deadLetters: Pick<EventLog, 'append'>
  /** Stands around each insert. */
  readonly around?: ((rows: readonly EventRow[], insert: () => Promise<void>) => Promise<void>) | undefined
}

/** Stores a batch and moves the group on behind it. On rejection all of the batch is to be flushed again. */
export type Flush = (batch: readonly Pending[]) => Promise<Flushed>

export const createFlush =
  ({ topic, writer, chains, deadLetters, around = (_, insert) => insert() }: FlushOptions): Flush =>
  async (batch) => {
    const shares = byHolding(batch)

    // 1. Take over, and leave out what is stored.
    // Nobody else can add to these partitions any more, nor can an insert of ours whose answer was lost, and what any
    // of them did add is seen here. Without it a crash, a lost answer or a writer that was frozen and wakes up would
    // store events twice.
    const missing = (await Promise.all(shares.map(missingOf))).flat()
    const judged = await chains.judge(missing.map(({ row }) => row))

    // 2. Insert what is missing, onto the disk.
    // When it is acknowledged it can be read and survives the machine; when it is not, step 1 of the next try finds
    // out what became of it. Without the sync, a power cut would take events whose offsets step 3 has passed.
    const rows: Row[] = []
    const dead: Dead[] = batch.flatMap(({ record }) => (record.kind === 'dead' ? [record] : []))
    for (const [index, judgement] of judged.judgements.entries()) {
      const event = missing[index] as Missing
      if (judgement.kind === 'store') rows.push({ ...event, row: judgement.row })
      if (judgement.kind === 'dead') dead.push({ record: recordOf(event), death: judgement.death })
    }
    const refused = await insertAll(rows, (some) =>
      around(
        some.map(({ row }) => row),
        () => writer.insert(some),
      ),
    )
    judged.settle()
    for (const row of refused) dead.push({ record: recordOf(row), death: storeRefusal })
    if (dead.length > 0)
      await deadLetters.append(dead.map(({ record, death }) => deadLetterOf(record, topic, death)))

    // 3. Commit last.
    // Up to here nothing has moved the group on, so that whoever comes next reads all of it again. The other way
    // round, a crash between the two would lose the batch.
    for (const { holding, next } of shares) await commit(holding.claim, next)

    const events = shares.reduce((sum, share) => sum + share.events.length, 0)
    return {
      inserted: rows.filter((row) => !refused.includes(row)).map(({ row }) => row),
      replayed: events - missing.length,
      repeated: judged.judgements.filter(({ kind }) => kind === 'repeat').length,
      dead,
      gaps: judged.gaps,
    }
  }

const storeRefusal: Death = { reason: 'store_rejected', detail: 'the store does not take this row' }

interface LoggedEvent {
  readonly record: ReadRecord
  readonly row: EventRow
}

/** As it came out of the log. */
const recordOf = ({ record, row }: LoggedEvent): LogRecord => ({ ...record, value: sourceOf(row) })

/** What a batch has of one partition. */
interface Share {
  readonly holding: Holding
  readonly events: readonly LoggedEvent[]
  /** The offset behind the last one. */
  readonly next: number
}

const byHolding = (batch: readonly Pending[]): readonly Share[] => {
  const shares = new Map<Holding, { events: LoggedEvent[]; next: number }>()
  for (const { holding, record } of batch) {
    const share = shares.get(holding) ?? { events: [], next: 0 }
    shares.set(holding, share)
    if (record.kind === 'event') share.events.push(record)
    share.next = record.record.offset + 1
  }
  return [...shares].map(([holding, share]) => ({ holding, ...share }))
}

interface Missing extends LoggedEvent {
  readonly fence: FencedRow['fence']
}

const missingOf = async ({ holding, events }: Share): Promise<readonly Missing[]> => {
  const fence = await holding.secure()
  const missing = new Set(await holding.missing(events.map(({ row }) => row)))
  return events.flatMap(({ record, row }) => (missing.has(row) ? [{ record, row, fence }] : []))
}

interface Row extends FencedRow {
  readonly record: ReadRecord
}

/** Resolves to the rows that the store will never take: found by halving, since its answer names none. */
const insertAll = async (
  rows: readonly Row[],
  insert: (rows: readonly Row[]) => Promise<void>,
): Promise<readonly Row[]> => {
  if (rows.length === 0) return []
  try {
    await insert(rows)
    return []
  } catch (error) {
    // A batch is one block, and of a block that is refused nothing stays.
    if (!(error instanceof EventError) || error.code !== 'store_rejected') throw error
    if (rows.length === 1) return rows
    const half = rows.length >> 1
    return [...(await insertAll(rows.slice(0, half), insert)), ...(await insertAll(rows.slice(half), insert))]
  }
}

const commit = async (claim: Claim, next: number): Promise<void> => {
  try {
    await claim.commit(next)
  } catch (error) {
    // Its heir reads the batch again and finds it stored.
    if (!(error instanceof EventError) || error.code !== 'claim_lost') throw error
  }
}
