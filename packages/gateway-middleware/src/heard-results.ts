import { isObject } from './message.ts'
import type { Decided } from './record.ts'
import { recordedOf } from './recorded-parts.ts'

/** Answers to calls, as far as rules want something of them recorded. */
export interface HeardResults {
  readonly heed: (message: unknown) => void
  /** The call with what was heard of its result. */
  readonly of: (decided: Decided | undefined) => Decided | undefined
}

/** Undefined where no rule names anything of a result: then nobody listens. */
export const hearResults = (decided: readonly Decided[]): HeardResults | undefined => {
  if (!decided.some(isWaiting)) return undefined
  const waiting = new Map(decided.filter(isWaiting).map((one) => [one.call?.id, one] as const))
  const heard = new Map<Decided, Decided>()

  const heed = (message: unknown): void => {
    if (Array.isArray(message)) {
      message.forEach(heed)
      return
    }
    const { id, result } = isObject(message) ? message : {}
    const one = isObject(result) ? waiting.get(id as string | number) : undefined
    if (one === undefined || heard.has(one)) return
    const told = recordedOf('result', wantedOf(one), result)
    if (told === undefined) return
    heard.set(one, {
      ...one,
      recorded: {
        commitments: { ...one.recorded?.commitments, ...told.commitments },
        disclosures: [...(one.recorded?.disclosures ?? []), ...(told.disclosures ?? [])],
      },
    })
  }

  return { heed, of: (one) => (one && heard.get(one)) ?? one }
}

const isWaiting = ({ decision }: Decided): boolean =>
  decision?.recorded?.some(({ result }) => result !== undefined) === true

const wantedOf = ({ decision }: Decided) => decision?.recorded?.flatMap(({ result = [] }) => result) ?? []
