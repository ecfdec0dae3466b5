import { readdir, readFile } from 'node:fs/promises'
import { setTimeout as wait } from 'node:timers/promises'
import { createAsk } from './asking.ts'
import type { EngineName, Way } from './engines.ts'
import { startLoad } from './load.ts'
import { type Callers, type Operation, operationsFor } from './operations.ts'
import { createJudge, type Found, type Outage } from './outages.ts'
import { startTopology, type Topology } from './topology.ts'
import { startProducer, startViewer } from './viewers.ts'
import { type Ledger, ledgerOf, startGrantWriter, startKeyWriter } from './writers.ts'

export interface Step {
  readonly engine: EngineName
  readonly way: Way
  readonly forMs: number
}

export interface CampaignOptions {
  readonly folder: string
  readonly steps: readonly Step[]
  readonly perSecond: number
  readonly said: (text: string) => void
}

export interface Outcome extends Found, Ledger {
  readonly recoveries: readonly (Step & { readonly recoveredAfterMs: number })[]
  /** Engines of which `/health` did not tell that they were away, or that they were back. */
  readonly untold: readonly string[]
  readonly events: number
  readonly live: {
    readonly lost: number
    readonly twice: number
    readonly foreign: number
    readonly dropped: number
  }
  /** How often a viewer was told that the log is not heard. */
  readonly ended: number
  readonly rssMb: { readonly before: number; readonly after: number }
  /** Of the API: what is open, sockets and files. */
  readonly open: { readonly before: number; readonly after: number }
}

const recoverWithinMs = 45_000
const settleWithinMs = 45_000
/** It looks every two seconds. */
const tellWithinMs = 10_000
/** What `/health` calls them. */
const healthNames: Readonly<Record<EngineName, string>> = {
  accounts: 'accounts',
  store: 'analytics',
  log: 'live_tail',
  resources: 'resources',
}

/** Takes engines from an API one by one, while it is asked by all kinds of callers, and looks what becomes of it. */
export const runCampaign = async ({ folder, steps, perSecond, said }: CampaignOptions): Promise<Outcome> => {
  const grants = ['of-a-program', 'of-an-owner']
  const topology = await startTopology(folder, grants, said)
  const { ask, close } = createAsk(topology.origin)
  const judge = createJudge()
  try {
    const callers = await callersOf(topology)
    const operations = operationsFor(topology, callers)
    const [program, owner, admin] = await Promise.all(
      [callers.service, callers.owner, callers.token].map((headers) => startViewer(topology.origin, headers)),
    )
    const viewers = [program, owner, admin].filter((viewer) => viewer !== undefined)
    // What came before they did is nobody's who begins with what happens now.
    const producer = startProducer(topology.log)
    const writing = { ask, judge }
    const { service, owner: ownerHeaders } = callers
    const writers = [
      startGrantWriter('of-a-program', { ...writing, headers: service, needs: ['resources'] }),
      startGrantWriter('of-an-owner', {
        ...writing,
        headers: ownerHeaders,
        needs: ['accounts', 'resources'],
      }),
      startKeyWriter(topology.database, { ...writing, headers: ownerHeaders, needs: ['accounts'] }),
    ]
    const load = startLoad(ask, judge, operations, perSecond)
    await wait(1_000)
    const before = await stateOf(topology.pid)

    const untold: string[] = []
    const recoveries: Outcome['recoveries'][number][] = []
    for (const step of steps) {
      const { engine, way, forMs } = step
      const outage = judge.begin(engine, way)
      const back = await topology.takes[engine](way)
      // Of the log it is known only when somebody wants to hear it.
      const isTold = engine === 'log' || healthTells(topology.origin, engine, 'unavailable', tellWithinMs)
      await wait(forMs)
      if (!(await isTold)) untold.push(`${engine} ${way}`)
      await back()
      const recoveredAfterMs = await recovered(outage, operations, ask)
      if (!(await healthTells(topology.origin, engine, 'ok', recoverWithinMs))) untold.push(`${engine} back`)
      recoveries.push({ ...step, recoveredAfterMs })
      console.log(
        `  ${engine} ${way} for ${forMs / 1000} s: all was answered again ${(recoveredAfterMs / 1000).toFixed(1)} s after`,
      )
      await wait(300)
    }

    await load.stop()
    const changes = (await Promise.all(writers.map(({ stop }) => stop()))).flat()
    await producer.stop()
    const { own, foreign } = producer
    const all = [...own, ...foreign]
    const lostBy = (seen: ReadonlySet<string>, wanted: Iterable<string>): number =>
      [...wanted].filter((id) => !seen.has(id)).length
    const lost = (): number =>
      viewers.reduce((sum, viewer) => sum + lostBy(viewer.seen(), viewer === owner ? own : all), 0)
    await settled(async () => lost() === 0)
    let ledger = await ledgerOf(topology.database, changes)
    await settled(async () => {
      ledger = await ledgerOf(topology.database, changes)
      return ledger.unrecorded === 0
    })
    const after = await stateOf(topology.pid)
    const sum = (of: (viewer: (typeof viewers)[number]) => number): number =>
      viewers.reduce((total, viewer) => total + of(viewer), 0)
    await Promise.all(viewers.map(({ stop }) => stop()))
    return {
      ...judge.found(),
      ...ledger,
      recoveries,
      untold,
      events: all.length,
      live: {
        lost: lost(),
        twice: sum(({ twice }) => twice()),
        dropped: sum(({ dropped }) => dropped()),
        foreign: [...foreign].filter((id) => owner?.seen().has(id)).length,
      },
      ended: sum(({ ended }) => ended().filter((reason) => reason === 'unavailable').length),
      rssMb: { before: before.rssMb, after: after.rssMb },
      open: { before: before.open, after: after.open },
    }
  } finally {
    close()
    await topology.close()
  }
}

const callersOf = async ({ origin, adminKey, ownerKey, login }: Topology): Promise<Callers> => {
  const post = (path: string): Promise<Response> =>
    fetch(`${origin}/api${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(login),
    })
  const tokens = (await (await post('/auth/login')).json()) as { readonly access_token: string }
  const session = await post('/auth/session')
  const [cookie = ''] = session.headers.getSetCookie().map((one) => one.split(';')[0])
  return {
    service: { 'x-api-key': adminKey },
    owner: { 'x-api-key': ownerKey },
    token: { authorization: `Bearer ${tokens.access_token}` },
    session: { cookie },
  }
}

/** Each that needs the engine is asked until it is answered. */
const recovered = async (
  outage: Outage,
  operations: readonly Operation[],
  ask: ReturnType<typeof createAsk>['ask'],
): Promise<number> => {
  const began = performance.now()
  const untilAnswered = async (operation: Operation): Promise<void> => {
    while (performance.now() < began + recoverWithinMs) {
      const { status } = await ask(operation).catch(() => ({ status: 0 }))
      if (status < 400 && status > 0) return
      await wait(100)
    }
    throw new Error(`${operation.name} is not answered ${recoverWithinMs} ms after ${outage.engine} is back`)
  }
  await Promise.all(operations.filter(({ needs }) => needs.includes(outage.engine)).map(untilAnswered))
  outage.recoveredMs = performance.now()
  return outage.recoveredMs - began
}

const healthTells = async (
  origin: string,
  engine: EngineName,
  status: string,
  withinMs: number,
): Promise<boolean> => {
  const until = performance.now() + withinMs
  while (performance.now() < until) {
    const health = (await (await fetch(`${origin}/health`)).json()) as {
      readonly engines: Readonly<Record<string, { readonly status: string }>>
    }
    if (health.engines[healthNames[engine]]?.status === status) return true
    await wait(100)
  }
  return false
}

const settled = async (isSo: () => Promise<boolean>): Promise<void> => {
  const until = performance.now() + settleWithinMs
  while (!(await isSo()) && performance.now() < until) await wait(200)
}

const stateOf = async (pid: number): Promise<{ readonly rssMb: number; readonly open: number }> => {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  const [, kb] = /^VmRSS:\s+(\d+) kB$/m.exec(status) ?? []
  return { rssMb: Math.round(Number(kb) / 1024), open: (await readdir(`/proc/${pid}/fd`)).length }
}
