import { type DestinationStream, type Logger, pino, stdSerializers } from 'pino'

export type { Logger } from 'pino'

export const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const
export type LogLevel = (typeof logLevels)[number]

export interface LoggerOptions {
  /** Says in every line which process speaks. */
  readonly service: string
  readonly level?: LogLevel | undefined
  /** Standard output when nobody says otherwise. */
  readonly destination?: DestinationStream | undefined
}

/** What a line never tells, wherever in the first levels of an object it stands. */
const secretNames = [
  'authorization',
  'proxy-authorization',
  'x-api-key',
  'cookie',
  'set-cookie',
  'password',
  'token',
  'secret',
  'apiKey',
  'api_key',
]
const depths = ['', '*', '*.*', '*.*.*']
const secretPaths = depths.flatMap((depth) => secretNames.map((name) => `${depth}["${name}"]`))

/** Lines of JSON. They are written when they are logged, so that the last words of a process are not lost. */
export const createLogger = ({ service, level = 'info', destination }: LoggerOptions): Logger => {
  const options = {
    level,
    base: { service },
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { err: stdSerializers.err, error: stdSerializers.err },
    redact: { paths: secretPaths, censor: '[secret]' },
  }
  return destination === undefined ? pino(options) : pino(options, destination)
}
