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

/** What a line never tells, whatever holds it. */
const secretNames = new Set([
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
])
/** Deeper than this nobody logs, and a circle would never end. */
const depthMax = 5

const withoutSecrets = (value: unknown, depth = 0): unknown => {
  if (Array.isArray(value))
    return depth > depthMax ? '[deep]' : value.map((one) => withoutSecrets(one, depth + 1))
  if (!isPlain(value)) return value
  if (depth > depthMax) return '[deep]'
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      secretNames.has(name) ? '[secret]' : withoutSecrets(member, depth + 1),
    ]),
  )
}

/** Errors, URLs, secrets and the like say themselves how they are written. */
const isPlain = (value: unknown): value is object => {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

/** Lines of JSON. They are written when they are logged, so that the last words of a process are not lost. */
export const createLogger = ({ service, level = 'info', destination }: LoggerOptions): Logger => {
  const options = {
    level,
    base: { service },
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: {
      level: (label: string) => ({ level: label }),
      // pino's own redaction by paths would cost every request a walk over all of them.
      log: (fields: object) => withoutSecrets(fields) as Record<string, unknown>,
    },
    serializers: { err: stdSerializers.err, error: stdSerializers.err },
  }
  return destination === undefined ? pino(options) : pino(options, destination)
}
