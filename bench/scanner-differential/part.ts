import { parentPort, workerData } from 'node:worker_threads'
import { scanJson } from '../../packages/gateway-middleware/src/scan.ts'
import { readsOf } from '../../packages/gateway-middleware/src/scanning/place.ts'
import { createRandom } from '../../packages/policy/src/law-tests/random-pairs.ts'
import type { Difference, Found, Part, Probe } from '../scanner-differential.ts'
import { canonical, canonicalMessage } from './canonical.ts'
import { mutated } from './mutate.ts'
import { createReference } from './reference.ts'

/** What policies read, one of these for each body. */
const policies = [[], ['/amount', '/billing/address/city', '/0'], ['/lines/0/price', '/größe', '/a~1b']].map(
  (pointers) => ({ reads: readsOf(pointers), reference: createReference(pointers) }),
)

const { inputs, seed: first, decodedOneIn } = workerData as Part
const stride = 2_000

const refusals = new Map<string, number>()
const differences: Difference[] = []
let probes: Probe[] = []
let accepted = 0

const parsed = (text: string): { readonly value: unknown } | undefined => {
  try {
    return { value: JSON.parse(text) }
  } catch {
    return undefined
  }
}

/** What is not as it should be between the scanner, `JSON.parse` and the reference. */
const differenceOf = (
  scan: ReturnType<typeof scanJson>,
  bytes: Buffer,
  value: ReturnType<typeof parsed>,
  reference: ReturnType<typeof createReference>,
): string | undefined => {
  if (value === undefined) return scan.ok ? 'JSON.parse refuses it' : undefined
  if (bytes.toString('utf8').includes('\ufffd') && !scan.ok && scan.code === 'not_utf8') return undefined
  const { mustBe, mayBe, inexact, text } = reference(bytes.toString('utf8'))
  if (!scan.ok)
    return mustBe.has(scan.code) || mayBe.has(scan.code)
      ? undefined
      : `refused as ${scan.code}: ${scan.message}`
  if (mustBe.size > 0) return `accepted in spite of ${[...mustBe].join(', ')}`
  if (canonical(scan.inexact) !== canonical(inexact)) return `inexact: ${scan.inexact}, not ${inexact}`
  return text === canonical(value.value) ? undefined : 'JSON.parse reads another value'
}

const judge = (seed: number): void => {
  const r = createRandom(seed)
  const bytes = mutated(r)
  const { reads, reference } = r.pick(policies)
  const scan = scanJson(bytes, reads)
  if (scan.ok) accepted++
  else refusals.set(scan.code, (refusals.get(scan.code) ?? 0) + 1)
  const value = parsed(bytes.toString('utf8'))
  const what = differenceOf(scan, bytes, value, reference)
  if (what !== undefined && differences.length < 20)
    differences.push({ seed, what, body: bytes.toString('latin1') })
  if (value === undefined || !r.chance(1 / decodedOneIn)) return
  probes.push({
    seed,
    isAccepted: scan.ok,
    line: bytes.toString('base64'),
    value: canonical(value.value),
    message: canonicalMessage(value.value),
    inexact: canonical(scan.ok ? scan.inexact : []),
  })
}

for (let done = 0; done < inputs; done++) {
  judge(first + done)
  if ((done + 1) % stride !== 0 && done + 1 !== inputs) continue
  parentPort?.postMessage({ done: (done % stride) + 1, probes })
  probes = []
}
parentPort?.postMessage({ accepted, refusals, differences } satisfies Found)
