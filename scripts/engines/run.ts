import { once } from 'node:events'
import { runCommand } from './command.ts'
import type { RunningEngine, Say } from './engine.ts'
import { engines } from './engines.ts'

const usage = `npm run engines -- NAME[,NAME] -- COMMAND …   starts the engines, runs the command, stops them
npm run engines -- NAME[,NAME]                keeps them up until Ctrl-C
npm run engines -- NAME[,NAME] --install      only brings what they need

${Object.entries(engines)
  .map(([name, { about, variables }]) => `  ${name.padEnd(10)} ${about}; sets ${variables.join(', ')}`)
  .join('\n')}
  all        every engine that the environment does not name already; outside CI, one that cannot start is left out

ENGINES_CACHE          the folder that downloads and builds rest in, instead of mcp-sentinel in the user's cache
ENGINES_KAFKA_VERSION  another Kafka than the one that scripts/engines/kafka/pom.xml pins`

const say: Say = (line) => console.error(line)
const seconds = (since: number): string => `${((Date.now() - since) / 1000).toFixed(1)} s`

const main = async (): Promise<number> => {
  const [list = '', next, ...command] = process.argv.slice(2)
  const names = list === 'all' ? Object.keys(engines) : list.split(',').filter((name) => name !== '')
  const unknown = names.filter((name) => !Object.hasOwn(engines, name))
  if (
    names.length === 0 ||
    unknown.length > 0 ||
    (next !== undefined && next !== '--install' && next !== '--')
  ) {
    console.error(unknown.length > 0 ? `No engine called ${unknown.join(', ')}.\n\n${usage}` : usage)
    return 2
  }
  if (next === '--install') {
    for (const name of names) await engines[name]?.install(say)
    return 0
  }
  const wanted = list === 'all' ? names.filter((name) => !isNamed(name)) : names
  const running: RunningEngine[] = []
  try {
    for (const name of wanted) running.push(...(await startOrLeaveOut(name, list === 'all')))
    const env = Object.assign({}, ...running.map((engine) => engine.env)) as Record<string, string>
    const [program, ...args] = command
    if (program !== undefined) return await runCommand(program, args, { ...process.env, ...env })
    for (const [variable, value] of Object.entries(env)) console.log(`export ${variable}=${value}`)
    say('up until Ctrl-C')
    await untilToldToEnd()
    return 0
  } finally {
    await Promise.all(running.map((engine) => engine.stop()))
  }
}

/** Also when what started this is gone: nobody would press Ctrl-C any more. */
const untilToldToEnd = async (): Promise<void> => {
  const parent = process.ppid
  let watch: NodeJS.Timeout | undefined
  const orphaned = new Promise<void>((resolve) => {
    watch = setInterval(() => process.ppid !== parent && resolve(), 1000)
  })
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM'), orphaned])
  clearInterval(watch)
}

const isNamed = (name: string): boolean => {
  const variables = engines[name]?.variables ?? []
  const named = variables.every((variable) => process.env[variable])
  if (named) say(`${name}: taken as ${variables.join(', ')} says`)
  return named
}

const startOrLeaveOut = async (name: string, mayBeMissing: boolean): Promise<RunningEngine[]> => {
  const began = Date.now()
  try {
    const engine = await engines[name]?.start(say)
    say(`${name}: up after ${seconds(began)}`)
    return engine ? [engine] : []
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    if (!mayBeMissing || process.env['CI']) throw new Error(`${name} did not start: ${why}`)
    say(`${name}: not here, so the tests that need it are skipped: ${why}`)
    return []
  }
}

try {
  process.exitCode = await main()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
