import type { Figures } from '../report.ts'
import { connections, decisionsIn, type Machine, sidecarIn, startSeat, startUpstream } from './machine.ts'
import { added, compared, inTurn, median, rateRatio, spread, tell } from './rounds.ts'

const kinds = {
  plain: { upstream: 'stub', era: 'legacy', prefix: 'sidecar', about: 'a plain server' },
  sdk: { upstream: 'v2', era: 'modern', prefix: 'sidecar_before_sdk', about: 'a server of SDK v2' },
} as const

/** The sidecar beside the floor, with audit and without; and whether all that it let pass was taken in. */
export const beforeServer = async (machine: Machine, kind: keyof typeof kinds): Promise<Figures> => {
  const { ingest, load, rounds, durationMs, warmUpMs } = machine
  const { upstream: script, era, prefix, about } = kinds[kind]
  const upstream = await startUpstream(script)
  const upstreamUrl = upstream.ready.url
  const [floor, sidecar, unaudited] = await Promise.all([
    startSeat(new URL('floor.ts', import.meta.url), [upstreamUrl]),
    sidecarIn(machine, `${kind}-audited`, { upstreamUrl, ingestUrl: ingest.ready.url }),
    sidecarIn(machine, `${kind}-unaudited`, { upstreamUrl }),
  ])
  const seats = { floor, sidecar, 'without audit': unaudited }
  const before = await decisionsIn(machine)
  try {
    console.log(`\nBefore ${about}, ${connections} connections; medians of ${rounds} rounds, in turn`)
    const busy = await inTurn({ seats, load, rounds, warmUpMs, how: { connections, durationMs, era } })
    for (const [name, all] of Object.entries(busy.series)) tell(name, all)
    const rate = compared(busy.series.sidecar, busy.series.floor, rateRatio)
    const cpu = compared(busy.series.sidecar, busy.series.floor, added('cpuUs'))
    const bareRate = compared(busy.series['without audit'], busy.series.floor, rateRatio)
    const bareCpu = compared(busy.series['without audit'], busy.series.floor, added('cpuUs'))
    console.log(`  sidecar: ${spread(rate)} of the floor, +${spread(cpu, 1)} µs CPU`)
    console.log(`  without audit: ${spread(bareRate)} of the floor, +${spread(bareCpu, 1)} µs CPU`)

    const how = { connections: 1, durationMs: durationMs / 2, era }
    const alone = await inTurn({ seats: { floor, sidecar }, load, rounds, warmUpMs: durationMs / 2, how })
    console.log('  one connection, so that nobody waits for another')
    for (const [name, all] of Object.entries(alone.series)) tell(`  ${name}`, all)
    const wait = compared(alone.series.sidecar, alone.series.floor, added('p50Us'))
    console.log(`  sidecar: p50 +${spread(wait, 0)} µs`)

    await sidecar.close()
    const lost = busy.calls.sidecar + alone.calls.sidecar - ((await decisionsIn(machine)) - before)
    console.log(`  ${busy.calls.sidecar + alone.calls.sidecar} calls audited, ${lost} records missing`)
    return {
      ...(kind === 'plain'
        ? {
            floor_rps: median(busy.series.floor.map(({ perS }) => perS)),
            floor_cpu_us: median(busy.series.floor.map(({ cpuUs }) => cpuUs)),
          }
        : {}),
      [`${prefix}_vs_floor_rps`]: median(rate),
      [`${prefix}_added_cpu_us`]: median(cpu),
      [`${prefix}_added_p50_us`]: median(wait),
      [`${prefix}_without_audit_vs_floor_rps`]: median(bareRate),
      [`${prefix}_without_audit_added_cpu_us`]: median(bareCpu),
      [kind === 'plain' ? 'events_lost' : 'events_lost_before_sdk']: lost,
    }
  } finally {
    await sidecar.close()
    await unaudited.close()
    await floor.close()
    await upstream.close()
  }
}
