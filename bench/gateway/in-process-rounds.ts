import { join } from 'node:path'
import type { Figures } from '../report.ts'
import { connections, type Machine, startSeat } from './machine.ts'
import { added, compared, inTurn, median, rateRatio, type Seat, type Series, spread, tell } from './rounds.ts'

/** A server with the guard in its own process beside one without: a handler that only parses, and the SDK's. */
export const inProcess = async (machine: Machine): Promise<Figures> => {
  const { folder, ingest, load, rounds, durationMs, warmUpMs } = machine
  const start = (...args: readonly string[]): Promise<Seat> =>
    startSeat(new URL('in-process.ts', import.meta.url), args)
  const measure = async <Name extends string>(
    starting: Readonly<Record<Name, Promise<Seat>>>,
    era: 'legacy' | 'modern',
  ): Promise<Series<Name>> => {
    const started = Object.entries<Promise<Seat>>(starting).map(async ([name, seat]) => [name, await seat])
    const seats = Object.fromEntries(await Promise.all(started)) as Record<Name, Seat>
    try {
      const how = { connections, durationMs, era }
      const { series } = await inTurn({ seats, load, rounds, warmUpMs, how })
      for (const [name, all] of Object.entries<Series<Name>[Name]>(series)) tell(name, all)
      return series
    } finally {
      for (const seat of Object.values<Seat>(seats)) await seat.close()
    }
  }

  console.log('\nIn process, a handler that parses and answers')
  const plain = await measure(
    {
      unguarded: start('plain', 'none'),
      guarded: start('plain', 'silent'),
      'with spool': start('plain', 'spool', join(folder, 'in-process'), ingest.ready.url),
    },
    'legacy',
  )
  const silent = compared(plain.guarded, plain.unguarded, added('cpuUs'))
  const spooled = compared(plain['with spool'], plain.unguarded, added('cpuUs'))
  console.log(`  guard: +${spread(silent, 1)} µs CPU; with spool: +${spread(spooled, 1)} µs`)

  console.log('In process, a server of SDK v2')
  const sdk = await measure(
    {
      unguarded: start('sdk', 'none'),
      guardFetch: start('sdk', 'fetch'),
      guardNode: start('sdk', 'node'),
    },
    'modern',
  )
  const fetch = compared(sdk.guardFetch, sdk.unguarded, rateRatio)
  const node = compared(sdk.guardNode, sdk.unguarded, rateRatio)
  console.log(`  guardFetch: ${spread(fetch)} of the unguarded; guardNode: ${spread(node)}`)
  return {
    in_process_added_cpu_us: median(silent),
    in_process_spool_added_cpu_us: median(spooled),
    sdk_guard_fetch_vs_bare_rps: median(fetch),
    sdk_guard_node_vs_bare_rps: median(node),
  }
}
