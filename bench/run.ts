import { parseArgs } from 'node:util'
import { type Bench, report } from './report.ts'

const benches: Readonly<Record<string, string>> = {
  api: 'How quickly the API answers what is asked most, beside a bare Fastify, and how soon a viewer is told.',
  'api-faults':
    'Whether the API answers as it promises, loses nothing and recovers, when its engines are killed or hang.',
  'api-fuzz':
    'Whether the API answers ten thousand random requests, made of its own description, as it promises.',
  dashboard: 'How soon the dashboard shows data, and how smoothly it scrolls a hundred thousand events.',
  'file-revocation':
    'How soon a session that is revoked in its file is refused, from the file to a running sidecar.',
  gateway:
    'What it costs to stand before an MCP server, as a sidecar and in process, beside a proxy that only parses.',
  'gateway-crash':
    'Whether a call that a server saw is without a record when the sidecar is killed under load.',
  'gateway-revocation': 'How soon a revoked session is cut off, by the policy stream of a control plane.',
  'governed-lists': 'What lists and policies of a server with many grants and dead sessions cost the API.',
  pipeline: 'What an event costs from ingest to the store, each part beside its floor.',
  'pipeline-crash': 'Whether an event is lost or doubled when parts of the pipeline are killed under load.',
  'pipeline-queries': 'How long questions to the store take over ten million events.',
  policy: 'How long one policy decision takes, against Cedar, casbin and plain look-ups.',
  'policy-differential':
    'Whether the policy evaluator and the slow reference agree on a million random calls.',
  render: 'What one changed grant costs, against rendering the policies of all servers anew.',
  revocation: 'How soon a session that is revoked over the API is refused at a running sidecar.',
  'scanner-differential':
    'Whether all readers of JSON agree on what the scanner of bodies accepts, in three languages.',
  segment: 'How many events a segment file takes and gives in a second, against plain write and fdatasync.',
  spool: 'What a gateway pays to write down what it decides, against plain writes and a bare fdatasync.',
}

const usage = (say: (line: string) => void): void => {
  say('npm run bench -- NAME [--quick] [--seed N]')
  for (const [name, about] of Object.entries(benches)) say(`  ${name.padEnd(20)} ${about}`)
}

const fault = (why: string): void => {
  console.error(why)
  usage(console.error)
  process.exitCode = 2
}

const readArguments = () =>
  parseArgs({
    allowPositionals: true,
    options: { quick: { type: 'boolean', default: false }, seed: { type: 'string' } },
  })

const main = async (): Promise<void> => {
  const { positionals, values } = readArguments()
  const [name, ...rest] = positionals
  const { quick } = values
  const seed = Number(values.seed ?? Date.now() % 2 ** 31)
  if (name === undefined) return usage(console.log)
  if (rest.length > 0) return fault(`One bench at a time, not also ${rest.join(', ')}.`)
  if (!Object.hasOwn(benches, name)) return fault(`No bench called ${name}.`)
  if (!Number.isSafeInteger(seed) || seed < 0) return fault(`Not a seed: ${values.seed}.`)
  const { bench } = (await import(`./${name}.ts`)) as { readonly bench: Bench }
  console.log(`${name}: ${benches[name]}\nNode ${process.version}, ${process.platform} ${process.arch}`)
  const outcome = await bench({ quick, seed })
  report(name, quick, outcome)
  if (outcome.failed) process.exitCode = 1
}

try {
  await main()
} catch (error) {
  if (!String((error as { code?: unknown }).code).startsWith('ERR_PARSE_ARGS')) throw error
  fault((error as Error).message)
}
