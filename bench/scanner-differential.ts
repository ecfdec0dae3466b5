import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { foldName } from '../packages/gateway-middleware/src/scanning/fold.ts'
import { type Bench, rounded } from './report.ts'
import { type Decoder, startDecoders } from './scanner-differential/decoders.ts'
import { measureSpeed } from './scanner-differential/speed.ts'

export interface Part {
  readonly inputs: number
  readonly seed: number
  /** Of so many bodies that `JSON.parse` takes, one goes to the decoders of other languages. */
  readonly decodedOneIn: number
}

export interface Difference {
  readonly seed: number
  readonly what: string
  readonly body: string
}

export interface Found {
  readonly accepted: number
  readonly refusals: ReadonlyMap<string, number>
  readonly differences: readonly Difference[]
}

/** A body for the decoders, and as what `JSON.parse` has read it. */
export interface Probe {
  readonly seed: number
  readonly isAccepted: boolean
  /** In base64. */
  readonly line: string
  readonly value: string
  readonly message: string
  readonly inexact: string
}

interface Progress {
  readonly done: number
  readonly probes: readonly Probe[]
}

/** What the decoders have seen, and what of it otherwise than `JSON.parse`. */
interface Decoded {
  /** Bodies that the scanner accepts, and the decoder too. */
  accepted: number
  readonly differences: Difference[]
  /** Among bodies that the scanner refuses: what it is there to prevent. */
  prevented: number
}

const refused = '!'

/** A decoder that refuses a body does nothing with it. */
const seenOtherwise = (name: Decoder['name'], line: string, probe: Probe): string | undefined => {
  const [value, second] = line.split(' ')
  if (value !== refused && value !== probe.value) return `${name} reads another value`
  if (second === refused) return undefined
  if (name === 'go') return second === probe.message ? undefined : 'go reads another message into a struct'
  return !probe.isAccepted || second === probe.inexact ? undefined : 'python finds other numbers inexact'
}

const decode = async (decoder: Decoder, probes: readonly Probe[], into: Decoded): Promise<void> => {
  const lines = await decoder.read(probes.map(({ line }) => line))
  for (const [index, probe] of probes.entries()) {
    const line = lines[index] as string
    const what = seenOtherwise(decoder.name, line, probe)
    if (probe.isAccepted && !line.includes(refused)) into.accepted++
    if (what === undefined) continue
    if (!probe.isAccepted) into.prevented++
    else
      into.differences.push({
        seed: probe.seed,
        what,
        body: Buffer.from(probe.line, 'base64').toString('latin1'),
      })
  }
}

const runPart = async (part: Part, onProgress: (progress: Progress) => void): Promise<Found> => {
  const worker = new Worker(new URL('./scanner-differential/part.ts', import.meta.url), { workerData: part })
  let found: Found | undefined
  worker.on('message', (message: Progress | Found) => {
    if ('done' in message) onProgress(message)
    else found = message
  })
  await once(worker, 'exit')
  if (found === undefined) throw new Error(`The part from seed ${part.seed} ended without an answer`)
  return found
}

/** Prints each tenth of the way once. */
const createProgress = (inputs: number) => {
  let [done, tenths] = [0, 0]
  return (more: number): void => {
    done += more
    for (; tenths < Math.floor((done * 10) / inputs); tenths++)
      console.log(`  ${Math.round((inputs * (tenths + 1)) / 10).toLocaleString('en')} judged`)
  }
}

const printSpeeds = (quick: boolean) => {
  const speeds = measureSpeed(quick ? 3 : 9)
  console.log('\nProcessor time for one body, beside JSON.parse of the same')
  for (const [name, { bytes, scanNs, parseNs }] of Object.entries(speeds))
    console.log(
      `  ${name.padEnd(30)} ${String(bytes).padStart(5)} bytes  scan ${Math.round(scanNs)} ns, JSON.parse ${Math.round(parseNs)} ns`,
    )
  return speeds['tools/call'] as { scanNs: number; parseNs: number }
}

export const bench: Bench = async ({ quick, seed }) => {
  const { scanNs, parseNs } = printSpeeds(quick)
  const inputs = quick ? 100_000 : 1_200_000
  const decodedOneIn = quick ? 4 : 8
  const decoders = startDecoders()
  const decoded: Decoded = { accepted: 0, differences: [], prevented: 0 }
  console.log(
    `\nMessages of MCP, changed at random from seed ${seed}; two threads, each its half of the seeds`,
  )
  console.log(
    `Each is judged by the scanner, JSON.parse and a slow reading; one in ${decodedOneIn} by ${decoders.map(({ name }) => name).join(' and ') || 'nobody else: there is neither Go nor Python'}`,
  )

  const onDone = createProgress(inputs)
  const decoding: Promise<void>[] = []
  const onProgress = ({ done, probes }: Progress): void => {
    onDone(done)
    for (const decoder of decoders) decoding.push(decode(decoder, probes, decoded))
  }
  const parts = await Promise.all(
    [seed, seed + inputs / 2].map((start) =>
      runPart({ inputs: inputs / 2, seed: start, decodedOneIn }, onProgress),
    ),
  )
  await Promise.all(decoding)
  const folds = decoders.flatMap((decoder) => decoder.folds)
  const unfolded = folds.filter(([from, to]) => foldName(from) !== foldName(to))
  for (const decoder of decoders) decoder.close()

  const accepted = parts.reduce((sum, part) => sum + part.accepted, 0)
  console.log(`\nAccepted ${accepted.toLocaleString('en')}; refused`)
  const codes = countCodes(parts)
  for (const [code, count] of codes)
    console.log(`  ${code.padEnd(20)} ${count.toLocaleString('en').padStart(9)}`)
  console.log(
    `Read by other languages: ${decoded.accepted.toLocaleString('en')} times a body that is accepted; ${decoded.prevented.toLocaleString('en')} times one that is refused, and otherwise`,
  )
  console.log(
    `Folds of other languages: ${folds.length.toLocaleString('en')}, not folded here: ${unfolded.length}`,
  )
  for (const [from, to] of unfolded.slice(0, 10)) console.log(`  ${from} ${to}`)
  const differences = [...parts.flatMap((part) => part.differences), ...decoded.differences]
  for (const { seed: found, what, body } of differences.slice(0, 5))
    console.log(`\n--seed ${found}: ${what}\n${JSON.stringify(body)}`)

  return {
    figures: {
      seed,
      inputs,
      accepted,
      ...Object.fromEntries(codes.map(([code, count]) => [`refused_${code}`, count])),
      disagreements: differences.length,
      decoders: decoders.length,
      decoded_accepted: decoded.accepted,
      decoded_refused_and_read_otherwise: decoded.prevented,
      folds_missed: unfolded.length,
      scan_ns: rounded(scanNs),
      json_parse_ns: rounded(parseNs),
      scan_vs_json_parse: rounded(scanNs / parseNs),
    },
    goals: { disagreements: '== 0', folds_missed: '== 0', scan_ns: '<= 600' },
    failed: differences.length > 0 || unfolded.length > 0,
  }
}

const countCodes = (parts: readonly Found[]): [string, number][] => {
  const counts = new Map<string, number>()
  for (const { refusals } of parts)
    for (const [code, count] of refusals) counts.set(code, (counts.get(code) ?? 0) + count)
  return [...counts].sort(([, a], [, b]) => b - a)
}
