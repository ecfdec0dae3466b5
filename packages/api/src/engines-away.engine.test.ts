import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { runCampaign } from '../../../bench/api-faults/campaign.ts'
import { engineNames } from '../../../bench/api-faults/engines.ts'

const isHere = ['KAFKA_BROKERS', 'POSTGRES_URL'].every((name) => process.env[name])
const forMs = 1_000

/** `npm run bench -- api-faults` is the same, for longer than every deadline. */
test.runIf(isHere)(
  'engines that are killed and that hang, one by one, under load',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'engines-away-'))
    onTestFinished(() => rm(folder, { recursive: true, force: true }))
    const gone = engineNames.map((engine) => ({ engine, way: 'gone', forMs }) as const)
    const hung = (['accounts', 'store', 'log'] as const).map(
      (engine) => ({ engine, way: 'hung', forMs }) as const,
    )
    const found = await runCampaign({ folder, steps: [...gone, ...hung], perSecond: 5, said: () => {} })
    expect(found).toMatchObject({
      undocumented: [],
      unneeded: [],
      untold: [],
      lost: 0,
      unrecorded: 0,
      twice: 0,
      live: { lost: 0, twice: 0, foreign: 0, dropped: 0 },
    })
    expect(found.refused).toBeGreaterThan(0)
    expect(found.changes).toBeGreaterThan(20)
    expect(found.recoveries).toHaveLength(gone.length + hung.length)
    expect(found.worstNeedingMs).toBeLessThan(30_000)
    expect(found.rssMb.after).toBeLessThan(700)
    expect(found.open.after).toBeLessThan(300)
  },
  300_000,
)
