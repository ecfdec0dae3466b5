#!/usr/bin/env node
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join, relative, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { showWays } from './show-ways.ts'
import { up } from './up.ts'

const usage = `mcp-sentinel up [--once] [--data FOLDER | --ephemeral] [--port PORT] [--new-passwords]

Brings up the stack on this machine: ClickHouse, Postgres, event log, ingest, processor, API, dashboard, and a sample
MCP server behind a sidecar.

  --once        ends when the sample's calls were made and came back from the store: with 0 when all was well
  --data        where everything is kept between runs; .sentinel here, unless it is said
  --ephemeral   keeps nothing
  --port        where clients and browsers come; 18080, unless it is said
  --new-passwords   gives those who log in other passwords, and prints them
`

const print = (line: string): boolean => process.stdout.write(`${line}\n`)

const fail = (message: string): never => {
  process.stderr.write(`${message}\n\n${usage}`)
  process.exit(2)
}

const parsed = () => {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        once: { type: 'boolean' },
        data: { type: 'string' },
        ephemeral: { type: 'boolean' },
        port: { type: 'string', default: '18080' },
        'new-passwords': { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h' },
      },
    })
  } catch (error) {
    return fail((error as Error).message)
  }
}

const { values, positionals } = parsed()
if (values.help === true) {
  print(usage)
  process.exit(0)
}
if (positionals.join(' ') !== 'up') fail(`There is no command "${positionals.join(' ')}".`)
if (values.ephemeral === true && values.data !== undefined) fail('--ephemeral keeps nothing in --data.')
const port = Number(values.port)
if (!Number.isInteger(port) || port < 0 || port > 65_535) fail(`${values.port} is no port.`)

const directory =
  values.ephemeral === true
    ? await mkdtemp(join(tmpdir(), 'mcp-sentinel-'))
    : resolve(values.data ?? '.sentinel')
print(
  `mcp-sentinel · one machine · ${values.ephemeral === true ? 'nothing is kept' : `data in ${basename(directory)}`}`,
)
const stopping = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => stopping.abort())

const fallen = (error: Error): never => {
  process.stderr.write(`Could not come up: ${error.message}\n`)
  process.exit(1)
}
const stack = await up({ directory, port, print, newPasswords: values['new-passwords'] }).catch(fallen)
const isAsExpected = await stack.show()
print('')
print(
  isAsExpected
    ? '  Both decisions were stored, and came back as they were made.'
    : '  Not everything came out as expected: see above.',
)

showWays(stack, print)

if (values.once !== true && !stopping.signal.aborted) {
  stack.follow()
  print('')
  const place = relative('', stack.resources)
  print(`  Edit what is in ${place}: the calls are made again as you save it. Stop: Ctrl-C`)
  await once(stopping.signal, 'abort')
}
await stack.close()
if (values.ephemeral === true) await rm(directory, { recursive: true, force: true })
process.exitCode = values.once === true && !isAsExpected ? 1 : 0
