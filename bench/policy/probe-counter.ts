/**
 * A process of its own, run without the optimizing compilers, whose code does not count. Blocks are counted only in
 * functions that were loaded while counting, so it begins before the evaluator is loaded.
 */
import { Session } from 'node:inspector'
import { mixedCall, mixedRules, noon, shuffled } from './documents.ts'

/** What evaluations did: the most of any, but `places` and `lookUps` all together. */
export interface Count {
  readonly probes: number
  readonly steps: number
  readonly places: number
  readonly lookUps: number
}

interface Entered {
  readonly functionName: string
  readonly ranges: readonly { readonly count: number }[]
}

const startCounting = () => {
  const session = new Session()
  session.connect()
  const ask = (method: string, parameters = {}): unknown => {
    let answer: unknown
    session.post(method, parameters, (error, result) => {
      if (error) throw error
      answer = result
    })
    return answer
  }
  ask('Profiler.enable')
  ask('Profiler.startPreciseCoverage', { callCount: true, detailed: true })
  /** By file of the evaluator, what was entered since the last time this was asked. */
  return (): Map<string, readonly Entered[]> => {
    const { result } = ask('Profiler.takePreciseCoverage') as {
      readonly result: readonly { readonly url: string; readonly functions: readonly Entered[] }[]
    }
    const ours = result.filter(({ url }) => url.includes('/policy/src/'))
    return new Map(ours.map(({ url, functions }) => [url.replace(/^.*\//, ''), functions]))
  }
}

const countMapGets = (run: () => void): number => {
  const { get } = Map.prototype
  let gets = 0
  Map.prototype.get = function (this: Map<unknown, unknown>, key: unknown) {
    gets++
    return get.call(this, key)
  }
  try {
    run()
  } finally {
    Map.prototype.get = get
  }
  return gets
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0)

const entered = (counts: Map<string, readonly Entered[]>, file: string, name: string): Entered => {
  const found = counts.get(file)?.find(({ functionName }) => functionName === name)
  // Renamed, it must not pass for never entered.
  if (found === undefined) throw new Error(`No function ${name} in ${file} was entered`)
  return found
}

const countOne = (take: ReturnType<typeof startCounting>, run: () => void): Count => {
  take()
  const mapGets = countMapGets(run)
  const counts = take()
  const [lookUps = 0, ...blocks] = entered(counts, 'triple-table.ts', 'placeOf').ranges.map(
    ({ count }) => count,
  )
  // A block that ran as often as its function is not listed by itself.
  const places = Math.max(lookUps, ...blocks)
  const [grants = 0] = entered(counts, 'collect.ts', 'isAwake').ranges.map(({ count }) => count)
  const elsewhere = [...counts]
    .filter(([file]) => file !== 'triple-table.ts')
    .flatMap(([, functions]) => functions)
  const steps = sum(elsewhere.flatMap(({ ranges }) => ranges.map(({ count }) => count)))
  return { probes: mapGets + lookUps + grants, steps, places, lookUps }
}

const [grants = 0, seed = 0] = process.argv.slice(2).map(Number)
const take = startCounting()
const { compile, evaluate } = await import('@mcp-sentinel/policy')
const policy = compile(mixedRules(grants))
const counts = shuffled(grants, seed)
  .slice(0, 64)
  .map((caller) => {
    const request = mixedCall(caller, true)
    policy.memo.entries.fill(undefined)
    return countOne(take, () => void evaluate(policy, request, noon))
  })
const answer: Count = {
  probes: Math.max(...counts.map(({ probes }) => probes)),
  steps: Math.max(...counts.map(({ steps }) => steps)),
  places: sum(counts.map(({ places }) => places)),
  lookUps: sum(counts.map(({ lookUps }) => lookUps)),
}
process.send?.(answer)
