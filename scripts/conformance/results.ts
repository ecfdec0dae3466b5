import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** `scenario:check` → how it ended, sorted, since one check may run several times in a scenario. */
export type Results = ReadonlyMap<string, readonly string[]>

interface Check {
  readonly id: string
  readonly status: string
}

/** Reads what the suite wrote: `server-SCENARIO-TIME/checks.json` for each scenario. */
export const readResults = (folder: string): Results => {
  const results = new Map<string, string[]>()
  for (const file of globSync('server-*/checks.json', { cwd: folder })) {
    const scenario = /^server-(.+)-\d{4}-\d\d-\d\dT/.exec(file)?.[1]
    if (scenario === undefined) throw new Error(`${file} is not named as the suite names its results`)
    for (const { id, status } of JSON.parse(readFileSync(join(folder, file), 'utf8')) as readonly Check[]) {
      const key = `${scenario}:${id}`
      results.set(key, [...(results.get(key) ?? []), status].sort())
    }
  }
  return results
}

export const countOf = (results: Results, status: string): number =>
  [...results.values()].flat().filter((one) => one === status).length

export interface Difference {
  readonly check: string
  /** How it ended without anybody between; not at all when there was no such check. */
  readonly direct: readonly string[]
  readonly through: readonly string[]
}

/** The checks that came out otherwise than they did directly, those that are missing or new among them. */
export const differences = (direct: Results, through: Results): Difference[] =>
  [...new Set([...direct.keys(), ...through.keys()])]
    .map((check) => ({ check, direct: direct.get(check) ?? [], through: through.get(check) ?? [] }))
    .filter((one) => one.direct.join() !== one.through.join())
    .sort((a, b) => (a.check < b.check ? -1 : 1))
