import { z } from 'zod'
import { createSecret, type Secret } from './secret.ts'

/** The variables of a process by their names, each with what it takes. */
export type ConfigShape = Readonly<Record<string, z.ZodType>>

export interface ConfigFault {
  readonly variable: string
  readonly message: string
}

/** What is wrong with the environment, all of it at once. `message` is what to print before ending with `configExitCode`. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly faults: readonly ConfigFault[]

  constructor(faults: readonly ConfigFault[]) {
    super(
      [
        'The configuration cannot be used:',
        ...faults.map(({ variable, message }) => `  ${variable}: ${message}`),
      ].join('\n'),
    )
    this.faults = faults
  }
}

/** EX_CONFIG: a supervisor that knows it does not start the process again and again. */
export const configExitCode = 78

/** One row of a README's table. */
export interface ConfigVariable {
  readonly name: string
  readonly about: string
  /** As it would be written; undefined where nothing is assumed. */
  readonly fallback: string | undefined
  readonly required: boolean
  readonly secret: boolean
}

/** What the variables of a shape become. */
export type SettingsOf<S extends ConfigShape> = { readonly [K in keyof S]: z.output<S[K]> }

export interface Config<S extends ConfigShape> {
  /** Throws `ConfigError`. An empty variable counts as one that is not set. */
  readonly parse: (env: Readonly<Record<string, string | undefined>>) => SettingsOf<S>
  readonly variables: readonly ConfigVariable[]
}

/** `faultsOf` says what is wrong with variables that are good by themselves and not together. */
export const defineConfig = <S extends ConfigShape>(
  shape: S,
  faultsOf: (settings: SettingsOf<S>) => readonly ConfigFault[] = () => [],
): Config<S> => {
  const schema = z.object(shape as Record<string, z.ZodType>)
  return {
    parse: (env) => {
      const given = Object.fromEntries(
        Object.keys(shape).map((name) => [name, env[name] === '' ? undefined : env[name]]),
      )
      const parsed = schema.safeParse(given)
      if (!parsed.success) throw new ConfigError(parsed.error.issues.map((issue) => faultOf(issue, given)))
      const settings = parsed.data as SettingsOf<S>
      const faults = faultsOf(settings)
      if (faults.length > 0) throw new ConfigError(faults)
      return settings
    },
    variables: Object.entries(shape).map(([name, type]) => variableOf(name, type)),
  }
}

/** The value itself is not repeated: it may be a secret in the wrong place. */
const faultOf = (
  issue: z.core.$ZodIssue,
  given: Readonly<Record<string, string | undefined>>,
): ConfigFault => {
  const variable = String(issue.path[0])
  const isMissing = given[variable] === undefined && issue.code === 'invalid_type'
  return { variable, message: isMissing ? 'is missing' : issue.message }
}

const variableOf = (name: string, type: z.ZodType): ConfigVariable => {
  const fallback = type.safeParse(undefined)
  const meta = z.globalRegistry.get(type) as
    | { readonly description?: string; readonly secret?: boolean }
    | undefined
  return {
    name,
    about: meta?.description ?? '',
    fallback: fallback.success ? writtenOut(fallback.data) : undefined,
    required: !fallback.success,
    secret: meta?.secret === true,
  }
}

const writtenOut = (value: unknown): string | undefined => {
  if (value === undefined) return undefined
  return Array.isArray(value) ? value.join(',') : String(value)
}

/** A whole number within bounds. */
export const integer = (least: number, most: number) =>
  z
    .string()
    .regex(/^-?\d{1,15}$/, `is not a whole number from ${least} to ${most}`)
    .transform(Number)
    .refine((value) => value >= least && value <= most, `is not a whole number from ${least} to ${most}`)

/** From 0 to 1. */
export const ratio = () =>
  z
    .string()
    .regex(/^(0|1|0?\.\d{1,9}|1\.0{1,9})$/, 'is not a number from 0 to 1')
    .transform(Number)

export const port = () => integer(0, 65_535)

export const flag = () =>
  z.enum(['true', 'false'], 'is neither true nor false').transform((value) => value === 'true')

/** Texts with commas between them; white space around them and empty ones do not count. */
export const list = (most = 100) =>
  z
    .string()
    .transform((text) => text.split(',').flatMap((one) => (one.trim() === '' ? [] : [one.trim()])))
    .refine((all) => all.length <= most, `has more than ${most} entries`)

export const httpUrl = () =>
  z.string().transform((text, context) => {
    const url = URL.parse(text)
    if (url !== null && (url.protocol === 'http:' || url.protocol === 'https:')) return url
    context.issues.push({ code: 'custom', input: text, message: 'is not an http or https URL' })
    return z.NEVER
  })

const durations: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }

/** `250ms`, `2s`, `5m`, `1h` → milliseconds, within bounds. */
export const durationMs = (leastMs: number, mostMs: number) =>
  z.string().transform((text, context) => {
    const [, amount, unit] = /^(\d{1,12})(ms|s|m|h)$/.exec(text) ?? []
    const value = Number(amount) * (durations[unit ?? ''] ?? Number.NaN)
    if (value >= leastMs && value <= mostMs) return value
    const message = `is not a duration such as 250ms, 2s, 5m, from ${leastMs} ms to ${mostMs} ms`
    context.issues.push({ code: 'custom', input: text, message })
    return z.NEVER
  })

/** Texts that are used and never shown. */
export const secrets = (most = 1000) =>
  list(most).transform((all): readonly Secret[] => all.map(createSecret))
