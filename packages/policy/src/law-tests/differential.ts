import { compile } from '../compile.ts'
import { evaluate } from '../evaluate.ts'
import { trace } from '../explaining/trace.ts'
import type { Decision, PolicyDocument, PolicyRequest } from '../model.ts'
import { createRandom, randomDocument, randomInstant, randomRequest } from './random-pairs.ts'
import { referenceVerdict } from './reference.ts'

export interface Difference {
  readonly seed: number
  readonly document: PolicyDocument
  readonly request: PolicyRequest
  readonly now: number
  readonly evaluated: unknown
  readonly expected: unknown
}

const requestsPerDocument = 20

/** A decision in the words of the reference. */
const comparable = ({ revision, matchedGrant, matchedSession, wouldBe, ...rest }: Decision): unknown => ({
  ...rest,
  matchedGrant: matchedGrant?.name,
  matchedSession: matchedSession?.name,
  wouldBe: wouldBe && comparable(wouldBe),
})

/** Members in one order, so that two verdicts compare as text. */
const asText = (value: unknown): string =>
  JSON.stringify(value, (_, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  )

/**
 * Holds the evaluator against the reference on random documents and requests. Each request is asked twice at shuffled
 * instants, so that verdicts which were kept are compared too, and once with a recorder watching.
 */
export const findDifferences = (
  pairs: number,
  seed: number,
  report?: (done: number) => void,
): { differences: Difference[]; reasons: Map<string, number> } => {
  const differences: Difference[] = []
  const reasons = new Map<string, number>()
  for (let done = 0; done < pairs; done += requestsPerDocument * 2) {
    const documentSeed = seed + done
    const r = createRandom(documentSeed)
    const document = randomDocument(r)
    const policy = compile(document)
    const requests = Array.from({ length: requestsPerDocument }, () => randomRequest(r))
    for (const request of [...requests, ...requests]) {
      const now = randomInstant(r)
      const decision = evaluate(policy, request, now)
      const expected = referenceVerdict(document, request, now)
      reasons.set(decision.reason, (reasons.get(decision.reason) ?? 0) + 1)
      const evaluated = comparable(decision)
      const watched = comparable(trace(policy, request, now).decision)
      if (asText(evaluated) !== asText(expected) || asText(watched) !== asText(expected)) {
        differences.push({ seed: documentSeed, document, request, now, evaluated, expected })
        if (differences.length >= 10) return { differences, reasons }
      }
    }
    report?.(done + requestsPerDocument * 2)
  }
  return { differences, reasons }
}
