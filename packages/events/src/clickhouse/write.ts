import { setTimeout as wait } from 'node:timers/promises'
import { EventError } from '../errors.ts'
import type { ClickHouse, Settings } from './client.ts'
import { type EventRow, type Fence, intakeColumns, sealRow } from './rows.ts'
import type { Slab } from './slabs.ts'

export interface EventWriterOptions {
  readonly store: ClickHouse
  /** The log whose places the rows carry. */
  readonly topic: string
  /** A UUID, unlike every other writer's: made at start. */
  readonly owner: string
  /** How long inserts that began before a fence may go on before that counts as a fault. */
  readonly olderInsertsMs?: number | undefined
}

export interface FencedRow {
  readonly row: EventRow
  readonly fence: Fence
}

/**
 * Writes events such that a partition has one writer: rows under a fence that is not in force are refused by the store
 * itself. Rejects with `EventError`.
 */
export interface EventWriter {
  /**
   * Takes a partition over: when it resolves, no insert of another writer, nor an earlier one of this writer, can add a
   * row of the partition any more, and what they added can be read.
   */
  readonly fence: (partition: number, epoch: number) => Promise<Fence>
  /** The highest offset of a partition that is stored. */
  readonly highestOffset: (partition: number) => Promise<number | undefined>
  /** What is stored of a partition from one offset to another, both included: the ids at each offset. */
  readonly storedBetween: (
    partition: number,
    first: number,
    last: number,
  ) => Promise<ReadonlyMap<number, readonly string[]>>
  /** The highest `seq` that is stored of each chain; chains without any are left out. */
  readonly highestSeqs: (chains: readonly string[]) => Promise<ReadonlyMap<string, number>>
  /** Which ids are stored of a chain, by `seq`. */
  readonly idsOf: (chain: string, seqs: readonly number[]) => Promise<ReadonlyMap<number, readonly string[]>>
  /** All rows are on the disk when it resolves. On rejection some may be, unless the code is `store_fenced`. */
  readonly insert: (rows: readonly FencedRow[]) => Promise<void>
}

/**
 * The store's own deduplication and its buffering are both off: the one writes its token before the part, so that a
 * crash between the two loses rows for good; the other acknowledges what it merely holds.
 */
const insertSettings: Settings = {
  async_insert: 0,
  insert_deduplicate: 0,
  input_format_parallel_parsing: 0,
  max_execution_time: 60,
}

/** Names an insert in the list of what runs, on every kind of server. */
const commentOf = (topic: string): string => `mcp-events-insert ${topic}`

const intoIntake = `INSERT INTO events_intake (${intakeColumns.join(', ')}) FORMAT RowBinary`
const intoDisclosures =
  'INSERT INTO event_disclosures (event_id, pointer, salt, value, received_at) FORMAT JSONCompactEachRow'

export const createEventWriter = (options: EventWriterOptions): EventWriter => {
  const { store, topic, owner, olderInsertsMs = 70_000 } = options
  const comment = commentOf(topic)

  const running = async (): Promise<readonly string[]> => {
    const rows = await store.ask<{ query_id: string }>(
      `SELECT query_id FROM system.processes WHERE Settings['log_comment'] = {comment:String}`,
      { parameters: { comment } },
    )
    return rows.map(({ query_id }) => query_id)
  }

  /** Inserts that begin from now on see the fence. Those that began before may not have: they are waited for. */
  const waitForOlder = async (): Promise<void> => {
    const deadline = AbortSignal.timeout(olderInsertsMs)
    let older = await running()
    while (older.length > 0) {
      if (deadline.aborted) {
        throw new EventError('store_unavailable', `${older.length} older inserts do not end`, {
          retryable: true,
        })
      }
      await wait(20)
      const still = new Set(await running())
      older = older.filter((id) => still.has(id))
    }
  }

  return {
    fence: async (partition, epoch) => {
      const [{ highest } = { highest: 0 }] = await store.ask<{ highest: number }>(
        `SELECT toFloat64(max(epoch)) AS highest FROM fences
        WHERE log_topic = {topic:String} AND log_partition = {partition:UInt32}`,
        { parameters: { topic, partition } },
      )
      // The log may have been set up anew and count from the beginning; the fence never goes back.
      const fence = { epoch: Math.max(epoch, highest + 1), owner }
      await store.command(
        `INSERT INTO fences (log_topic, log_partition, epoch, owner)
        SELECT {topic:String}, {partition:UInt32}, {epoch:UInt64}, {owner:UUID}`,
        { parameters: { topic, partition, ...fence }, settings: { async_insert: 0, insert_deduplicate: 0 } },
      )
      await waitForOlder()
      return fence
    },

    highestOffset: async (partition) => {
      const [row] = await store.ask<{ highest: number }>(
        `SELECT toFloat64(max(log_offset)) AS highest FROM events
        WHERE log_topic = {topic:String} AND log_partition = {partition:UInt32}
        GROUP BY log_topic, log_partition`,
        { parameters: { topic, partition } },
      )
      return row?.highest
    },

    storedBetween: async (partition, first, last) => {
      const rows = await store.ask<{ offset: number; ids: readonly string[] }>(
        `SELECT toFloat64(log_offset) AS offset, groupArray(toString(id)) AS ids FROM events
        WHERE log_topic = {topic:String} AND log_partition = {partition:UInt32}
          AND log_offset BETWEEN {first:UInt64} AND {last:UInt64}
        GROUP BY log_offset`,
        { parameters: { topic, partition, first, last } },
      )
      return new Map(rows.map(({ offset, ids }) => [offset, ids]))
    },

    highestSeqs: async (chains) => {
      const rows = await inParts(chains, chainsPerQuestion, (part) =>
        store.ask<{ chain: string; highest: number }>(
          `SELECT chain, toFloat64(max(seq)) AS highest FROM events
          WHERE chain IN {chains:Array(String)} GROUP BY chain`,
          { parameters: { chains: part } },
        ),
      )
      return new Map(rows.map(({ chain, highest }) => [chain, highest]))
    },

    idsOf: async (chain, seqs) => {
      const rows = await inParts(seqs, seqsPerQuestion, (part) =>
        store.ask<{ at: number; ids: readonly string[] }>(
          `SELECT toFloat64(seq) AS at, groupArray(toString(id)) AS ids FROM events
          WHERE chain = {chain:String} AND seq IN {seqs:Array(UInt64)} GROUP BY seq`,
          { parameters: { chain, seqs: part } },
        ),
      )
      return new Map(rows.map(({ at, ids }) => [at, ids]))
    },

    insert: async (rows) => {
      // First, so that an event never lacks the values it commits to; a repetition of these says nothing new.
      const disclosed = rows.flatMap(({ row }) => disclosuresOf(row))
      if (disclosed.length > 0) await store.insert(intoDisclosures, linesOf(disclosed), insertSettings)
      for (const { row, fence } of rows) sealRow(row, fence)
      await store.insert(intoIntake, runsOf(rows), { ...insertSettings, log_comment: comment })
    },
  }
}

/** A question has 256 KiB, and a chain's name up to 512 characters. */
const chainsPerQuestion = 200
const seqsPerQuestion = 5_000

const inParts = async <T, R>(
  all: readonly T[],
  size: number,
  ask: (part: readonly T[]) => Promise<readonly R[]>,
): Promise<readonly R[]> => {
  const answers: R[] = []
  for (let at = 0; at < all.length; at += size) answers.push(...(await ask(all.slice(at, at + size))))
  return answers
}

/** Rows that were made one after the other stand so, and go as one. */
function* runsOf(rows: readonly FencedRow[]): Generator<Buffer> {
  let slab: Slab | undefined
  let [start, end] = [0, 0]
  for (const { row } of rows) {
    if (row.slab !== slab || row.start !== end) {
      if (slab !== undefined) yield slab.bytes.subarray(start, end)
      slab = row.slab
      start = row.start
    }
    end = row.end
  }
  if (slab !== undefined) yield slab.bytes.subarray(start, end)
}

/** Characters of a chunk. */
const chunkChars = 256 * 1024

function* linesOf(lines: Iterable<string>): Generator<Buffer> {
  let chunk = ''
  for (const line of lines) {
    chunk += `${line}\n`
    if (chunk.length < chunkChars) continue
    yield Buffer.from(chunk)
    chunk = ''
  }
  if (chunk !== '') yield Buffer.from(chunk)
}

const disclosuresOf = ({ id, disclosures, receivedAtMs }: EventRow): readonly string[] =>
  disclosures.map(({ pointer, salt, value }) =>
    JSON.stringify([id, pointer, salt, JSON.stringify(value), (receivedAtMs / 1000).toFixed(3)]),
  )
