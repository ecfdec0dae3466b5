import { compile } from '../compile.ts'
import { evaluate } from '../evaluate.ts'
import { createRandom, randomDocument, randomInstant, randomRequest } from './random-pairs.ts'

/** What is decided of random calls, each by a random policy, as one text. */
export const decisions = (seed: number, count: number): string => {
  const random = createRandom(seed)
  const lines = Array.from({ length: count }, () => {
    const policy = compile(randomDocument(random))
    return JSON.stringify(evaluate(policy, randomRequest(random), randomInstant(random)))
  })
  return lines.join('\n')
}
