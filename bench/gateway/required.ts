import { closeSync, fdatasync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Figures } from '../report.ts'
import { type Machine, sidecarIn, startUpstream } from './machine.ts'
import { requiredTool } from './policy.ts'
import { added, compared, inTurn, median, spread } from './rounds.ts'

const datasync = promisify(fdatasync)
/** About what an intent and the record of the call before it take. */
const syncedBytes = 2_400

const fdatasyncP50Us = async (path: string, durationMs: number): Promise<number> => {
  const file = openSync(path, 'w')
  const bytes = Buffer.alloc(syncedBytes, 'x')
  const waits: number[] = []
  for (const until = performance.now() + durationMs; performance.now() < until; ) {
    const start = performance.now()
    writeSync(file, bytes)
    await datasync(file)
    waits.push((performance.now() - start) * 1_000)
  }
  closeSync(file)
  return median(waits)
}

/** What a call waits for the disk, beside the same sidecar's calls that do not wait and beside the disk itself. */
export const required = async (machine: Machine): Promise<Figures> => {
  const { folder, ingest, load, rounds, durationMs } = machine
  const upstream = await startUpstream('stub')
  const where = { upstreamUrl: upstream.ready.url, ingestUrl: ingest.ready.url }
  const sidecar = await sidecarIn(machine, 'required', where)
  const how = { connections: 1, durationMs: durationMs / 2 }
  try {
    const waits: number[] = []
    const syncs: number[] = []
    for (let round = -1; round < rounds; round++) {
      const one = { load, rounds: 1, warmUpMs: 0 }
      const best = await inTurn({ ...one, seats: { sidecar }, how })
      const sync = await fdatasyncP50Us(join(folder, 'synced'), how.durationMs)
      const waited = await inTurn({ ...one, seats: { sidecar }, how: { ...how, tool: requiredTool } })
      if (round < 0) continue
      waits.push(...compared(waited.series.sidecar, best.series.sidecar, added('p50Us')))
      syncs.push(sync)
    }
    const ratios = waits.map((wait, round) => wait / (syncs[round] as number))
    console.log('\naudit: required, one connection, over the same calls with best effort')
    console.log(
      `  p50 +${spread(waits, 0)} µs; write and fdatasync alone ${spread(syncs, 0)} µs; ratio ${spread(ratios)}`,
    )
    return {
      required_added_p50_us: median(waits),
      fdatasync_p50_us: median(syncs),
      required_added_vs_fdatasync: median(ratios),
    }
  } finally {
    await sidecar.close()
    await upstream.close()
  }
}
