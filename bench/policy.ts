import { compileCost } from './policy/compile-cost.ts'
import { countProbes } from './policy/probes.ts'
import { randomCallers } from './policy/random-callers.ts'
import { repeatedCallers } from './policy/repeated-callers.ts'
import { againstRivals } from './policy/rivals.ts'
import type { Bench } from './report.ts'

export const bench: Bench = async (options) => {
  const figures: Record<string, number> = {
    ...repeatedCallers(options),
    ...randomCallers(options),
    ...(await againstRivals(options)),
    ...compileCost(options),
    ...(await countProbes(options)),
  }
  const goals = {
    repeated_caller_ns: '<= 150',
    repeated_100_callers_ns: '<= 150',
    random_caller_ns: '<= 2000',
    random_caller_mixed_ns: '<= 2000',
    random_caller_mixed_session_ns: '<= 2000',
    ratio_cedar_1000: '>= 1000',
    ratio_casbin_1000: '>= 100',
    // Whatever the number of grants.
    probes_at_10000: `== ${figures['probes_at_100']}`,
    probes_at_100000: `== ${figures['probes_at_100']}`,
    steps_at_100000: `== ${figures['steps_at_100']}`,
  }
  return { figures, goals }
}
