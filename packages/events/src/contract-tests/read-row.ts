import { type EventRow, intakeColumns } from '../clickhouse/rows.ts'

const u64 = (view: DataView, at: number): number =>
  view.getUint32(at, true) + view.getUint32(at + 4, true) * 2 ** 32

/** The UUID's two halves, each with its last byte first. */
const uuid = (view: DataView, at: number): string => {
  const hex = (half: number): string => view.getBigUint64(half, true).toString(16).padStart(16, '0')
  const all = `${hex(at)}${hex(at + 8)}`
  return [all.slice(0, 8), all.slice(8, 12), all.slice(12, 16), all.slice(16, 20), all.slice(20)].join('-')
}

type Read = readonly [size: number, read: (view: DataView, at: number) => unknown]

/** What is no text. */
const sized: Readonly<Record<string, Read>> = {
  chain_note: [1, (view, at) => view.getUint8(at)],
  fence_epoch: [8, u64],
  fence_owner: [16, uuid],
  timestamp_ms: [8, u64],
  received_at_ms: [8, u64],
  timestamp_replaced: [1, (view, at) => view.getUint8(at) === 1],
  id: [16, uuid],
  seq: [8, u64],
  log_partition: [4, (view, at) => view.getUint32(at, true)],
  log_offset: [8, u64],
  status: [2, (view, at) => view.getUint16(at, true)],
  latency_ms: [8, (view, at) => view.getFloat64(at, true)],
}

/** The cells of a row, read out of its bytes. */
export const readRow = ({ slab, start, end }: EventRow): Readonly<Record<string, unknown>> => {
  let at = start
  const text = (): string => {
    let [length, shift, byte] = [0, 0, 128]
    while (byte >= 128) {
      byte = slab.bytes[at++] as number
      length += (byte & 127) * 2 ** shift
      shift += 7
    }
    at += length
    return slab.bytes.toString('utf8', at - length, at)
  }
  const cells = intakeColumns.map((name) => {
    const [size, read] = sized[name] ?? [0]
    if (read === undefined) return [name, text()]
    at += size
    return [name, read(slab.view, at - size)]
  })
  if (at !== end) throw new Error(`a row of ${end - start} bytes is read as ${at - start}`)
  return Object.fromEntries(cells)
}
