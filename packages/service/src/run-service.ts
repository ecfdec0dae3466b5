import { type Config, ConfigError, type ConfigShape, configExitCode } from './config.ts'
import { createLogger, type Logger, type LogLevel } from './log.ts'
import { type Closing, createShutdown } from './shutdown.ts'

/** What a service needs of its process; `process` is one. */
export interface ServiceProcess {
  readonly argv: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
  readonly stdout: { readonly write: (text: string) => unknown }
  readonly stderr: { readonly write: (text: string) => unknown }
  readonly on: NodeJS.Process['on']
  readonly removeAllListeners: (event: string) => unknown
  readonly exit: (code: number) => void
}

export interface Starting<S> {
  readonly settings: S
  readonly log: Logger
}

export interface ServiceOptions<S extends ConfigShape> {
  readonly name: string
  readonly process: ServiceProcess
  readonly config: Config<S>
  /** Resolves when the service does its work, with what is closed, in that order, when it ends. */
  readonly start: (starting: Starting<ReturnType<Config<S>['parse']>>) => Promise<readonly Closing[]>
}

/** kafkajs sets timers that are due already, and Node warns of each. */
const ignoredWarnings = new Set(['TimeoutNegativeWarning'])

/**
 * The life of a process: configuration, start, work, an ordered end. It ends with 78 when its configuration cannot be
 * used, with 1 when it failed or did not close in time, else with 0.
 */
export const runService = async <S extends ConfigShape>(options: ServiceOptions<S>): Promise<void> => {
  const { name, process, config, start } = options
  const { env, argv } = process
  let settings: ReturnType<Config<S>['parse']>
  try {
    settings = config.parse(env)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    process.stderr.write(`${error.message}\n`)
    process.exit(configExitCode)
    return
  }
  if (argv.includes('--check-config')) {
    process.stdout.write('The configuration can be used.\n')
    process.exit(0)
    return
  }

  const log = createLogger({ service: name, level: levelOf(settings) })
  const die = (message: string) => (error: unknown) => {
    log.fatal({ err: error }, message)
    process.exit(1)
  }
  process.on('uncaughtException', die('nobody caught an error'))
  process.on('unhandledRejection', die('nobody caught a rejection'))
  logWarnings(process, log)

  try {
    const steps = await start({ settings, log })
    endOnSignal(process, log, steps)
    log.info('started')
  } catch (error) {
    if (error instanceof ConfigError) {
      process.stderr.write(`${error.message}\n`)
      process.exit(configExitCode)
    } else die('could not start')(error)
  }
}

const levelOf = (settings: Readonly<Record<string, unknown>>): LogLevel | undefined =>
  settings['LOG_LEVEL'] as LogLevel | undefined

/** Node's own printer goes, so that a warning is a line like any other. */
const logWarnings = (process: ServiceProcess, log: Logger): void => {
  process.removeAllListeners('warning')
  process.on('warning', (warning: Error) => {
    if (!ignoredWarnings.has(warning.name)) log.warn({ err: warning }, 'Node warns')
  })
}

const endOnSignal = (process: ServiceProcess, log: Logger, steps: readonly Closing[]): void => {
  const shutdown = createShutdown({ steps, report: (message, error) => log.error({ err: error }, message) })
  let isEnding = false
  const end = async (signal: string): Promise<void> => {
    // Who asks twice does not want to wait.
    if (isEnding) process.exit(1)
    isEnding = true
    log.info({ signal }, 'ending')
    const closedAll = await shutdown()
    log.info('ended')
    process.exit(closedAll ? 0 : 1)
  }
  for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => void end(signal))
}
