import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { type Audit, audit } from './pipeline-crash/audit.ts'
import { startOnKafka } from './pipeline-crash/kafka-topology.ts'
import { startOneMachine } from './pipeline-crash/one-machine-topology.ts'
import { startProducers } from './pipeline-crash/producers.ts'
import type { Topology } from './pipeline-crash/topology.ts'
import type { Bench, Figures } from './report.ts'

interface Campaign {
  readonly start: (folder: string, said: (text: string) => void) => Promise<Topology>
  readonly kills: number
  readonly random: () => number
}

const gateways = 4
const eventsPerSecond = 2_000
const pauseMs = { least: 300, most: 2_500 }
const settleMs = 120_000

/** mulberry32: the same kills in the same order for the same seed; their moments are the machine's. */
const randomFrom = (seed: number) => {
  let state = seed
  return (): number => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

const run = async ({ start, kills, random }: Campaign): Promise<Audit> => {
  const folder = await mkdtemp(join(tmpdir(), 'pipeline-crash-'))
  const lines: string[] = []
  const said = (text: string): void => {
    lines.push(text)
    if (lines.length > 200) lines.shift()
  }
  const topology = await start(folder, said)
  const { ingestUrl, apiKey, victims } = topology
  console.log(`\n${topology.name}: ${kills} kills among ${victims.map(({ name }) => name).join(', ')}`)
  const producers = await startProducers({ folder, ingestUrl, apiKey, gateways, eventsPerSecond })
  try {
    for (let kill = 1; kill <= kills; kill++) {
      await wait(pauseMs.least + random() * (pauseMs.most - pauseMs.least))
      const victim = victims[Math.floor(random() * victims.length)]
      await victim?.kill()
      console.log(
        `  ${String(kill).padStart(3)}  ${victim?.name}, after ${producers.decisions.size} decisions`,
      )
    }
    if (!(await producers.finish(settleMs))) console.log('  not all of it was taken in')
    const found = await audit(topology, producers.decisions, settleMs)
    console.log(
      `  ${found.events} decisions in ${found.chains} chains: ${found.lost} lost, ${found.duplicates} twice, ${found.chainBreaks} chain breaks; settled after ${(found.settledMs / 1000).toFixed(1)} s`,
    )
    if (found.lost + found.duplicates + found.chainBreaks > 0) console.log(lines.join(''))
    return found
  } finally {
    await producers.close()
    await topology.close()
    await rm(folder, { recursive: true, force: true })
  }
}

const figuresOf = (prefix: string, kills: number, found: Audit): Figures => ({
  [`${prefix}_kills`]: kills,
  [`${prefix}_events`]: found.events,
  [`${prefix}_lost`]: found.lost,
  [`${prefix}_duplicates`]: found.duplicates,
  [`${prefix}_chain_breaks`]: found.chainBreaks,
  [`${prefix}_settled_s`]: found.settledMs / 1000,
})

export const bench: Bench = async ({ quick, seed }) => {
  console.log(`seed ${seed}, ${eventsPerSecond} decisions a second from ${gateways} gateways`)
  const random = randomFrom(seed)
  const kills = quick ? 5 : 20
  const together = await run({ start: startOneMachine, kills, random })
  const apart = quick ? undefined : await run({ start: startOnKafka, kills, random })
  const figures = {
    ...figuresOf('segment', kills, together),
    ...(apart === undefined ? {} : figuresOf('kafka', kills, apart)),
  }
  const goals = Object.fromEntries(
    Object.keys(figures)
      .filter((name) => /_(lost|duplicates|chain_breaks)$/.test(name))
      .map((name) => [name, '== 0']),
  )
  return { figures, goals, failed: Object.keys(goals).some((name) => figures[name as keyof Figures] !== 0) }
}
