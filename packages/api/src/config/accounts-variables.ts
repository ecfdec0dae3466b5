import {
  type ConfigFault,
  createSecret,
  durationMs,
  flag,
  integer,
  type Secret,
  type SettingsOf,
} from '@mcp-sentinel/service'
import { z } from 'zod'
import { passwordCharsMin } from '../passwords.ts'
import { secretText, text } from './text.ts'

const dsn = () =>
  z
    .string()
    .max(4096, 'is longer than 4096 characters')
    .regex(/^postgres(ql)?:\/\/./, 'is no postgres:// URL')
    .transform(createSecret)

const password = (description: string) =>
  secretText(passwordCharsMin).optional().meta({ description, secret: true })

/** Where accounts are, and which are made at the start. */
export const accountsVariables = () => ({
  POSTGRES_DSN: dsn().optional().meta({
    description:
      '`postgres://user:password@host:5432/name` of the accounts; without any, only service keys come in',
    secret: true,
  }),
  DATABASE_URL: dsn()
    .optional()
    .meta({ description: 'the same, where `POSTGRES_DSN` is not set', secret: true }),
  POSTGRES_DIRECTORY: text()
    .optional()
    .describe('instead: the folder of a Postgres in this process, on one machine'),
  PLATFORM_DB_STARTUP_TIMEOUT: durationMs(1_000, 3_600_000)
    .default(90_000)
    .describe('in milliseconds, or as `90s`: how long `--migrate` and the bootstrap wait for the server'),
  PLATFORM_DB_MAX_CONNS: integer(1, 1_000).default(10).describe('connections to it'),
  PLATFORM_ADMIN_EMAIL: text().optional().describe('an admin who is made where there is no such account'),
  PLATFORM_ADMIN_PASSWORD: password('of that account, when it is made'),
  PLATFORM_ADMIN_BOOTSTRAP_ONLY: flag()
    .default(false)
    .describe('bring the tables up to date, make that admin, and end'),
  PLATFORM_DEV_LOGIN_ENABLED: flag()
    .default(false)
    .describe('make a user and an admin for trying things out; needs the next four, which have no defaults'),
  PLATFORM_DEV_USER_EMAIL: text().optional().describe('of that user'),
  PLATFORM_DEV_USER_PASSWORD: password('of that user'),
  PLATFORM_DEV_ADMIN_EMAIL: text().optional().describe('of that admin'),
  PLATFORM_DEV_ADMIN_PASSWORD: password('of that admin'),
})

type Settings = SettingsOf<ReturnType<typeof accountsVariables>>

/** Where the server is that has the accounts, if one has. */
export const dsnOf = ({ POSTGRES_DSN, DATABASE_URL }: Settings): Secret | undefined =>
  POSTGRES_DSN ?? DATABASE_URL

const hasDatabase = (settings: Settings): boolean =>
  dsnOf(settings) !== undefined || settings.POSTGRES_DIRECTORY !== undefined

interface Rule extends ConfigFault {
  readonly variable: keyof Settings
  readonly isBroken: (settings: Settings) => boolean
}

const rules: readonly Rule[] = [
  {
    variable: 'POSTGRES_DIRECTORY',
    message: 'is set, and POSTGRES_DSN or DATABASE_URL too: accounts are in one place',
    isBroken: (settings) => settings.POSTGRES_DIRECTORY !== undefined && dsnOf(settings) !== undefined,
  },
  {
    variable: 'PLATFORM_ADMIN_PASSWORD',
    message: 'and PLATFORM_ADMIN_EMAIL go together, and one of them is missing',
    isBroken: (settings) =>
      (settings.PLATFORM_ADMIN_EMAIL === undefined) !== (settings.PLATFORM_ADMIN_PASSWORD === undefined),
  },
  {
    variable: 'PLATFORM_ADMIN_BOOTSTRAP_ONLY',
    message: 'needs PLATFORM_ADMIN_EMAIL, PLATFORM_ADMIN_PASSWORD and POSTGRES_DSN',
    isBroken: (settings) =>
      settings.PLATFORM_ADMIN_BOOTSTRAP_ONLY &&
      (settings.PLATFORM_ADMIN_EMAIL === undefined || !hasDatabase(settings)),
  },
  {
    variable: 'PLATFORM_DEV_LOGIN_ENABLED',
    message: 'needs an e-mail address and a password of PLATFORM_DEV_USER_ and of PLATFORM_DEV_ADMIN_ each',
    isBroken: (settings) => settings.PLATFORM_DEV_LOGIN_ENABLED && seedsOfDevelopment(settings).length < 2,
  },
]

export const accountsFaults = (settings: Settings): readonly ConfigFault[] =>
  rules.filter(({ isBroken }) => isBroken(settings))

export interface Seed {
  readonly email: string
  readonly password: Secret
  readonly role: 'user' | 'admin'
}

const seed = (role: Seed['role'], email: string | undefined, secret: Secret | undefined): readonly Seed[] =>
  email === undefined || secret === undefined ? [] : [{ email, password: secret, role }]

const seedsOfDevelopment = (settings: Settings): readonly Seed[] => [
  ...seed('user', settings.PLATFORM_DEV_USER_EMAIL, settings.PLATFORM_DEV_USER_PASSWORD),
  ...seed('admin', settings.PLATFORM_DEV_ADMIN_EMAIL, settings.PLATFORM_DEV_ADMIN_PASSWORD),
]

/** Accounts that are made where they are not there. */
export const seedsOf = (settings: Settings): readonly Seed[] => [
  ...seed('admin', settings.PLATFORM_ADMIN_EMAIL, settings.PLATFORM_ADMIN_PASSWORD),
  ...(settings.PLATFORM_DEV_LOGIN_ENABLED ? seedsOfDevelopment(settings) : []),
]
