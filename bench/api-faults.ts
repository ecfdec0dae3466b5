import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runCampaign, type Step } from './api-faults/campaign.ts'
import { engineNames } from './api-faults/engines.ts'
import { type Bench, rounded } from './report.ts'

const servers = ['accounts', 'store', 'log'] as const

const steps = (forMs: { readonly gone: number; readonly hung: number }): readonly Step[] => [
  ...engineNames.map((engine) => ({ engine, way: 'gone', forMs: forMs.gone }) as const),
  ...servers.map((engine) => ({ engine, way: 'hung', forMs: forMs.hung }) as const),
]

const perSecond = 10

export const bench: Bench = async ({ quick }) => {
  const folder = await mkdtemp(join(tmpdir(), 'api-faults-'))
  const lines: string[] = []
  const said = (text: string): void => {
    lines.push(text)
    if (lines.length > 200) lines.shift()
  }
  // A server that hangs for longer than every deadline, and once more: nothing has piled up by then.
  const long = steps({ gone: 15_000, hung: 35_000 })
  const short = steps({ gone: 1_000, hung: 1_000 }).filter(
    ({ engine, way }) => way === 'gone' || engine === 'store',
  )
  const campaign = quick ? short : [...long, ...long]
  console.log(`${perSecond} questions a second, by a program, an owner, a token and a session`)
  try {
    const found = await runCampaign({ folder, steps: campaign, perSecond, said })
    const { live, ledger } = { live: found.live, ledger: found }
    console.log(
      `  ${found.answers} answers, ${found.refused} refused for want of what was away; ${found.changes} changes; ${found.events} events`,
    )
    const figures = {
      outages: campaign.length,
      answers: found.answers,
      refused_by_outage: found.refused,
      undocumented: found.undocumented.length,
      refused_without_need: found.unneeded.length,
      longest_with_engine_s: rounded(found.worstNeedingMs / 1000),
      longest_without_s: rounded(found.worstOtherMs / 1000),
      recovered_s: rounded(Math.max(...found.recoveries.map((one) => one.recoveredAfterMs)) / 1000),
      untold_by_health: found.untold.length,
      changes: ledger.changes,
      changes_lost: ledger.lost,
      changes_unrecorded: ledger.unrecorded,
      changes_recorded_twice: ledger.twice,
      changes_done_though_refused: ledger.doneThoughRefused,
      live_events: found.events,
      live_lost: live.lost,
      live_twice: live.twice,
      live_foreign: live.foreign,
      live_dropped: live.dropped,
      live_told_of_outage: found.ended,
      rss_before_mb: found.rssMb.before,
      rss_after_mb: found.rssMb.after,
      open_before: found.open.before,
      open_after: found.open.after,
    }
    const goals = {
      undocumented: '== 0',
      refused_without_need: '== 0',
      untold_by_health: '== 0',
      changes_lost: '== 0',
      changes_unrecorded: '== 0',
      changes_recorded_twice: '== 0',
      live_lost: '== 0',
      live_twice: '== 0',
      live_foreign: '== 0',
      longest_with_engine_s: '<= 25',
      longest_without_s: '<= 5',
      rss_after_mb: '<= 700',
      open_after: '<= 300',
    }
    const failed = Object.entries(goals).some(
      ([name, goal]) => goal === '== 0' && figures[name as keyof typeof figures] !== 0,
    )
    if (failed) console.log(lines.join(''))
    return { figures, goals, failed }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
