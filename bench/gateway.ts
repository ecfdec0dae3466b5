import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeServer } from './gateway/before-server.ts'
import { inProcess } from './gateway/in-process-rounds.ts'
import type { Machine } from './gateway/machine.ts'
import { required } from './gateway/required.ts'
import { median, spread } from './gateway/rounds.ts'
import { verdictCosts } from './gateway/verdict-cost.ts'
import { startChild } from './pipeline/child.ts'
import { type Bench, type Figures, rounded } from './report.ts'

const goals = {
  sidecar_vs_floor_rps: '>= 0.85',
  sidecar_added_cpu_us: '<= 8',
  sidecar_added_p50_us: '<= 30',
  required_added_vs_fdatasync: '<= 1.2',
  in_process_added_cpu_us: '<= 5',
  in_process_spool_added_cpu_us: '<= 8',
  sdk_guard_fetch_vs_bare_rps: '>= 0.98',
  sdk_guard_node_vs_bare_rps: '>= 0.98',
  oauth_cached_added_cpu_us: '<= 2',
  events_lost: '== 0',
}

export const bench: Bench = async ({ quick }) => {
  const folder = await mkdtemp(join(tmpdir(), 'gateway-bench-'))
  const load = await startChild(new URL('./gateway/load.ts', import.meta.url), [])
  const ingest = await startChild<{ url: string }>(new URL('./gateway/ingest.ts', import.meta.url), [])
  const machine: Machine = {
    folder,
    load,
    ingest,
    rounds: quick ? 5 : 9,
    durationMs: quick ? 300 : 1_500,
    // On a busy machine the compiler needs that long until it is done with the sidecar.
    warmUpMs: quick ? 600 : 8_000,
  }
  const figures: Record<string, number> = {}
  const note = (found: Figures): void => {
    for (const [name, value] of Object.entries(found)) figures[name] = rounded(value)
  }
  try {
    console.log(
      '\nThe sidecar is packages/gateway/src/main.ts from its sources, in a process of its own; 1,000 grants from a file.',
    )
    note(await beforeServer(machine, 'plain'))
    note(await beforeServer(machine, 'sdk'))
    note(await required(machine))
    note(await inProcess(machine))
    const costs = await verdictCosts(machine.rounds, quick ? 10_000 : 40_000)
    const cached = costs.map(({ headerUs, tokenUs }) => tokenUs - headerUs)
    const whole = costs.map(({ headerUs }) => headerUs)
    console.log(
      `\nA verdict without HTTP, from bytes to record: ${spread(whole)} µs of CPU; a remembered token adds ${spread(cached)} µs`,
    )
    note({ verdict_cpu_us: median(whole), oauth_cached_added_cpu_us: median(cached) })
  } finally {
    await load.close()
    await ingest.close()
    await rm(folder, { recursive: true, force: true })
  }
  return { figures, goals, failed: figures['events_lost'] !== 0 }
}
