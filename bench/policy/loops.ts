import { type CompiledPolicy, evaluate, type PolicyRequest } from '@mcp-sentinel/policy'
import type { Loop } from '../measure.ts'
import { noon } from './documents.ts'

/** Asks about each request once. All of them are granted, or what is timed is not what is meant. */
export const evaluateEach = (policy: CompiledPolicy, requests: readonly PolicyRequest[]): number => {
  let allowed = 0
  for (const request of requests) if (evaluate(policy, request, noon).allowed) allowed++
  if (allowed !== requests.length)
    throw new Error(`${requests.length - allowed} of ${requests.length} calls were refused`)
  return allowed
}

/** Empties the memo, so that nothing of one pass over the callers is given again in the next. */
export const forget = ({ memo }: CompiledPolicy): void => {
  memo.entries.fill(undefined)
  memo.marks.fill(0)
}

const batch = 1_000

/**
 * Calls that were read just before they are judged, as at a gateway: strings that nobody has hashed yet, and that are
 * still in the processor's cache because a batch is small.
 */
export const justRead = (
  order: readonly number[],
  callOf: (caller: number) => PolicyRequest,
  run: (requests: readonly PolicyRequest[]) => number,
): Loop => {
  let requests: PolicyRequest[] = []
  return {
    calls: batch,
    batches: order.length / batch,
    prepare: (at) => {
      requests = order.slice(at * batch, (at + 1) * batch).map(callOf)
    },
    run: () => run(requests),
  }
}
