import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { plainTool, requiredTool } from './gateway/policy.ts'
import { startSidecar } from './gateway/sidecar.ts'
import { audit, type Found } from './gateway-crash/audit.ts'
import { startCallers } from './gateway-crash/callers.ts'
import { startChild } from './pipeline/child.ts'
import { type Bench, type Figures, rounded } from './report.ts'

const connections = 16
const pauseMs = { least: 200, most: 1_200 }

interface Campaign {
  readonly tool: string
  readonly kills: number
}
interface Survived extends Found {
  /** Calls that the server saw. */
  readonly seen: number
  readonly answered: number
}

const script = (path: string): URL => new URL(path, import.meta.url)

/** Kills the sidecar again and again while it is called, and starts it on the same port and spool each time. */
const run = async ({ tool, kills }: Campaign): Promise<Survived> => {
  const folder = await mkdtemp(join(tmpdir(), 'gateway-crash-'))
  const file = join(folder, 'taken.ndjson')
  const [ingest, upstream] = await Promise.all([
    startChild<{ url: string }>(script('./gateway/ingest.ts'), [file]),
    startChild<{ url: string; calls: string }>(script('../fixtures/main.ts'), ['stub', '--calls-max', '1e7']),
  ])
  const where = { folder, upstreamUrl: upstream.ready.url, ingestUrl: ingest.ready.url }
  let sidecar = await startSidecar(where)
  const { port, url } = sidecar
  const callers = startCallers(url, tool, connections)
  try {
    for (let kill = 1; kill <= kills; kill++) {
      await wait(pauseMs.least + Math.random() * (pauseMs.most - pauseMs.least))
      await sidecar.kill()
      const answered = [...callers.calls.values()].filter(Boolean).length
      console.log(`  ${String(kill).padStart(3)}  killed after ${answered} answered calls`)
      sidecar = await startSidecar({ ...where, port })
    }
    await wait(pauseMs.most)
    await callers.stop()
    await sidecar.close()
    const seen = await seenBy(upstream.ready.calls)
    const found = await audit({ file, seen, calls: callers.calls })
    return { ...found, seen: seen.length, answered: [...callers.calls.values()].filter(Boolean).length }
  } finally {
    await callers.stop()
    await sidecar.kill()
    await upstream.close()
    await ingest.close()
    await rm(folder, { recursive: true, force: true })
  }
}

const seenBy = async (url: string): Promise<readonly string[]> => {
  const received = (await (await fetch(url)).json()) as readonly { readonly body: string }[]
  return received.map(({ body }) => JSON.parse(body).params._meta.traceparent)
}

const tell = (name: string, kills: number, found: Survived): Figures => {
  console.log(
    `  ${found.seen} calls seen by the server (${found.answered} answered), ${found.records} records (${found.unknown} of an unknown end)
  ${found.missing} calls without a record (${found.missingAnswered} of them answered), ${found.duplicates} decisions twice, ${found.chainBreaks} breaks in ${found.chains} chains; ${found.resent} events came again`,
  )
  return {
    [`${name}_kills`]: kills,
    [`${name}_calls_seen`]: found.seen,
    [`${name}_records`]: found.records,
    [`${name}_unknown`]: found.unknown,
    [`${name}_missing`]: found.missing,
    [`${name}_missing_answered`]: found.missingAnswered,
    [`${name}_duplicates`]: found.duplicates,
    [`${name}_chain_breaks`]: found.chainBreaks,
    [`${name}_resent`]: found.resent,
  }
}

export const bench: Bench = async ({ quick }) => {
  const kills = quick ? 5 : 25
  console.log(`\naudit: required, ${connections} connections`)
  const required = tell('required', kills, await run({ tool: requiredTool, kills }))
  console.log(`\nbest effort, ${connections} connections`)
  const best = tell('best_effort', kills, await run({ tool: plainTool, kills }))
  const figures = { ...required, ...best }
  const goals = Object.fromEntries(
    Object.keys(figures)
      .filter((name) => /^required_missing$|_(duplicates|chain_breaks)$/.test(name))
      .map((name) => [name, '== 0']),
  )
  const isBroken = Object.keys(goals).some((name) => figures[name] !== 0)
  return {
    figures: Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, rounded(value)])),
    goals,
    failed: isBroken,
  }
}
