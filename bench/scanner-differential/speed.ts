import { scanJson } from '../../packages/gateway-middleware/src/scan.ts'
import { readsOf } from '../../packages/gateway-middleware/src/scanning/place.ts'
import { messages, typicalCall } from './messages.ts'

/** Nanoseconds of processor time for one body. */
export interface Speed {
  readonly bytes: number
  readonly scanNs: number
  readonly parseNs: number
}

const calls = 100_000

const cpuNs = (run: () => unknown): number => {
  const before = process.cpuUsage()
  for (let call = 0; call < calls; call++) run()
  const { user, system } = process.cpuUsage(before)
  return ((user + system) * 1_000) / calls
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN

/** In pairs, since what else the machine does changes from one minute to the next; the first are only to warm up. */
const speedOf = (message: unknown, rounds: number): Speed => {
  const bytes = Buffer.from(JSON.stringify(message))
  const reads = readsOf(['/amount', '/currency'])
  const pairs = Array.from({ length: rounds + 2 }, () => [
    cpuNs(() => scanJson(bytes, reads)),
    cpuNs(() => JSON.parse(bytes.toString('utf8'))),
  ]).slice(2)
  const [scanNs, parseNs] = [0, 1].map((which) => median(pairs.map((pair) => pair[which] as number)))
  return { bytes: bytes.length, scanNs: scanNs as number, parseNs: parseNs as number }
}

export const measureSpeed = (rounds: number): Readonly<Record<string, Speed>> => ({
  'tools/call': speedOf(typicalCall, rounds),
  ping: speedOf(messages[5], rounds),
  'tools/call with 4 KiB of text': speedOf(
    {
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: { name: 'x', arguments: { text: 'lorem ipsum '.repeat(341) } },
    },
    rounds,
  ),
})
