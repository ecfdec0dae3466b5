import { setTimeout as wait } from 'node:timers/promises'
import type { Ask } from './asking.ts'
import type { Operation } from './operations.ts'
import type { Judge } from './outages.ts'

export interface Load {
  /** Resolves when all that was asked is answered. */
  readonly stop: () => Promise<void>
}

/** More are not asked for at a time: what is asked here shall not be what the machine has to do. */
const underWayMax = 1_500

/** Asks for each operation in turn, so many a second, whether or not those before are answered. */
export const startLoad = (
  ask: Ask,
  judge: Judge,
  operations: readonly Operation[],
  perSecond: number,
): Load => {
  const stopping = new AbortController()
  const underWay = new Set<Promise<void>>()
  const askOne = async (operation: Operation): Promise<void> => {
    try {
      judge.judge(operation, await ask(operation))
    } catch (error) {
      judge.unanswered(operation, error)
    }
  }
  const run = async (): Promise<void> => {
    for (let at = 0; !stopping.signal.aborted; at += 1) {
      const operation = operations[at % operations.length]
      if (operation !== undefined && underWay.size < underWayMax) {
        const asking = askOne(operation)
        underWay.add(asking)
        void asking.then(() => underWay.delete(asking))
      }
      await wait(1000 / perSecond)
    }
  }
  const running = run()
  return {
    stop: async () => {
      stopping.abort()
      await running
      await Promise.all(underWay)
    },
  }
}
