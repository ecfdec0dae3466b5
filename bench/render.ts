import { renderPolicy } from '@mcp-sentinel/resources'
import { createRenderedPolicies } from '@mcp-sentinel/resources/rendered-policies'
import { createServerIndex } from '../packages/resources/src/server-index.ts'
import { changedGrant, createQueueStore, keyOf, manyResources } from './render/resources.ts'
import { type Bench, rounded } from './report.ts'

const servers = 1_000
const grants = 10_000
const now = Date.parse('2026-06-15T12:00:00Z')

const cpuMsOf = async (work: () => unknown): Promise<number> => {
  const before = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}
const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN

export const bench: Bench = async ({ quick }) => {
  const rounds = quick ? 3 : 9
  const all = manyResources(servers, grants)

  const index = createServerIndex()
  for (const resource of [...all.servers, ...all.grants, ...all.sessions]) index.put(resource)
  const renderOne = (key: ReturnType<typeof keyOf>): number => {
    const { server, grants, sessions } = index.of(key)
    return server === undefined ? 0 : renderPolicy(server, grants, sessions, now).text.length
  }
  // The index is used here, too: without it each server would search through all grants.
  const fullMs: number[] = []
  for (let round = 0; round < rounds; round++) {
    fullMs.push(await cpuMsOf(() => all.servers.map((server) => renderOne(keyOf(server)))))
  }

  const queue = createQueueStore(all)
  const policies = createRenderedPolicies({ store: queue.store, clock: () => now })
  let told = 0
  let wake = (): void => {}
  const toldTimes = (count: number): Promise<void> =>
    new Promise((resolve) => {
      wake = () => void (told >= count && resolve())
      wake()
    })
  for (const server of all.servers) {
    policies.subscribe(keyOf(server), () => {
      told++
      wake()
    })
  }
  await toldTimes(servers)
  const changes = quick ? 200 : 2_000
  const changeMs: number[] = []
  const began = performance.now()
  for (let round = 0; round < rounds; round++) {
    const spent = await cpuMsOf(async () => {
      for (let change = 0; change < changes / 10; change++) {
        const before = told
        queue.apply(changedGrant(all, round * changes + change))
        await toldTimes(before + 1)
      }
    })
    changeMs.push(spent / (changes / 10))
  }
  const wallMs = (performance.now() - began) / (rounds * (changes / 10))
  await policies.close()

  const [full, change] = [median(fullMs), median(changeMs)]
  const figures = {
    full_render_cpu_ms: rounded(full),
    one_change_cpu_ms: rounded(change),
    one_change_wall_ms: rounded(wallMs),
    one_change_vs_full_ratio: rounded(full / change),
  }
  console.log(
    `\n  ${servers} servers, ${grants} grants, each server watched by one gateway\n` +
      `  all policies rendered   ${figures.full_render_cpu_ms} ms of CPU\n` +
      `  after one change, told  ${figures.one_change_cpu_ms} ms of CPU, ${figures.one_change_wall_ms} ms on the clock`,
  )
  return { figures, goals: { one_change_vs_full_ratio: '>= 20' } }
}
