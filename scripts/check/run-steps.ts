import type { Scope, Step } from './step.ts'

/** Runs the steps two at a time, one line each, what failed with its faults; gives the number that failed. */
export const runSteps = async (
  steps: readonly Step[],
  scope: Scope,
  say: (line: string) => void,
): Promise<number> => {
  let failed = 0
  const began = Date.now()
  const waiting = [...steps]
  const first = waiting[0]?.name === 'build' ? waiting.shift() : undefined
  const building = first ? judge(first) : Promise.resolve()

  async function judge({ name, run }: Step): Promise<void> {
    const start = Date.now()
    const faults = await run(scope).catch((error: unknown) => [
      error instanceof Error ? (error.stack ?? '') : String(error),
    ])
    if (faults.length > 0) failed += 1
    say(`${faults.length > 0 ? 'FAILED' : 'ok    '} ${name.padEnd(9)} ${seconds(start)}`)
    for (const fault of faults) say(fault.replace(/^/gm, '       '))
  }

  const worker = async (ready: Promise<void>): Promise<void> => {
    await ready
    for (;;) {
      const next = waiting.findIndex((step) => !step.built)
      const [step] = waiting.splice(Math.max(next, 0), 1)
      if (!step) return
      if (step.built) await building
      await judge(step)
    }
  }
  await Promise.all([worker(building), worker(Promise.resolve())])
  say(`\n${seconds(began)} in all`)
  say(`${steps.length - failed} passed, ${failed} failed`)
  return failed
}

const seconds = (since: number): string => `${((Date.now() - since) / 1000).toFixed(1).padStart(5)} s`
