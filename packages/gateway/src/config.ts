import {
  type ConfigFault,
  defineConfig,
  durationMs,
  flag,
  httpUrl,
  integer,
  list,
  port,
  processVariables,
  type Secret,
  type SettingsOf,
  secrets,
} from '@mcp-sentinel/service'
import { z } from 'zod'

const mebibyte = 1024 ** 2
const text = () => z.string().max(1024, 'is longer than 1024 characters')
const header = (name: string, whose: string) =>
  text()
    .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'is no name of a header')
    .default(name)
    .describe(`${whose}, where the policy names no header`)
const address = () => text().regex(/^[0-9a-fA-F.:]+(\/\d{1,3})?$/, 'is no address or range of addresses')

/** How long what is said to be written down is there: as long as the process, as its node, or as the log behind ingest. */
export const durabilities = ['process', 'node', 'log'] as const

const shape = {
  PORT: port().default(8091).describe('where clients come'),
  METRICS_PORT: port().default(9103).describe('where `/metrics` and `/config/status` are, and nothing else'),
  HOST: text().default('0.0.0.0').describe('address of both'),
  UPSTREAM_URL: httpUrl()
    .default(new URL('http://127.0.0.1:8090'))
    .describe('the MCP server; clients reach its paths by ours'),
  STRIP_PREFIX: text()
    .regex(/^(\/[^/?#]+)*$/, 'is no path without an end slash')
    .default('')
    .describe('taken off the front of paths'),
  MCP_PATH: text()
    .regex(/^\/[^?#]*$/, 'is no path')
    .default('/mcp')
    .describe('where clients reach the server: with EXTERNAL_BASE_URL the name that OAuth tokens are for'),
  EXTERNAL_BASE_URL: httpUrl().optional().describe('how clients name this gateway; needed for OAuth'),

  POLICY_FILE: text().optional().describe('YAML or JSON; in force again shortly after it changes'),
  POLICY_URL: httpUrl()
    .optional()
    .describe('stream of a control plane; the file counts until it brings a policy'),
  POLICY_TOKEN: secrets(1).default([]).meta({ description: 'for that stream', secret: true }),
  POLICY_TOKEN_FILE: text().optional().describe('the same, read again whenever it is sent'),
  POLICY_MAX_STALENESS: durationMs(1_000, 7 * 24 * 3_600_000)
    .optional()
    .describe('how long a policy counts when its stream is silent; unset: until another comes'),
  POLICY_MODE: z
    .enum(['allow-list', 'observe'])
    .default('allow-list')
    .describe('where the policy does not say'),
  POLICY_DEFAULT_DECISION: z
    .enum(['allow', 'deny'])
    .default('deny')
    .describe('where the policy does not say'),
  POLICY_VERSION: text().default('v1').describe('where the policy does not say'),

  MCP_SERVER_NAME: text().default('').describe('in records, and in the policy where there is none'),
  MCP_SERVER_NAMESPACE: text().default('').describe('in records'),
  MCP_CLUSTER_NAME: text().default('').describe('in records'),
  HUMAN_ID_HEADER: header('X-MCP-Human-ID', 'the human'),
  AGENT_ID_HEADER: header('X-MCP-Agent-ID', 'the agent'),
  TEAM_ID_HEADER: header('X-MCP-Team-ID', 'the team'),
  SESSION_ID_HEADER: header('X-MCP-Agent-Session', 'the session'),
  HEADER_IDENTITY_TRUST: z
    .enum(['loopback', 'network'])
    .optional()
    .describe('whose identity headers count; `network`: whoever can reach this port may say who they are'),
  TRUSTED_PROXY_CIDRS: list()
    .pipe(z.array(address()))
    .default([])
    .describe('ranges of addresses whose identity headers count'),
  ADAPTER_KEYS: text()
    .optional()
    .describe('JWKS file of public keys; an assertion that one of them signed says who calls'),
  ADAPTER_ISSUER: text().default('mcp-sentinel').describe('who makes such assertions'),

  ANALYTICS_INGEST_URL: httpUrl().optional().describe('where records are shipped, with its path'),
  MCP_ANALYTICS_INGEST_URL: httpUrl().optional().describe('the same, by its older name'),
  ANALYTICS_API_KEY: secrets(1).default([]).meta({ description: 'for ingest', secret: true }),
  MCP_ANALYTICS_API_KEY: secrets(1)
    .default([])
    .meta({ description: 'the same, by its older name', secret: true }),
  ANALYTICS_SOURCE: text().optional().describe('of events; unset: `<server>-gateway`'),
  MCP_ANALYTICS_SOURCE: text().optional().describe('the same, by its older name'),
  ANALYTICS_EVENT_TYPE: z
    .literal('mcp.request', 'must be mcp.request: nothing else is counted')
    .default('mcp.request')
    .describe('of events'),
  MCP_ANALYTICS_EVENT_TYPE: z
    .literal('mcp.request', 'must be mcp.request: nothing else is counted')
    .optional()
    .describe('the same, by its older name'),
  SPOOL_DIRECTORY: text()
    .optional()
    .describe('where records wait; unset: a folder of this server among temporary files'),
  SPOOL_BYTES_MAX: integer(16 * mebibyte, 1024 ** 4)
    .default(256 * mebibyte)
    .describe('of all that waits'),
  SPOOL_DURABILITY: z
    .enum(durabilities)
    .default('process')
    .describe(
      'what a call with `audit: required` waits for, and what its record survives: `process` and `node`, the disk; `log`, the answer of ingest',
    ),
  SPOOL_ACK_TIMEOUT: durationMs(10, 60_000)
    .optional()
    .describe('how long it waits for that answer before it is refused; only with `log`; unset: 2 s'),

  DENIAL: z
    .enum(['http', 'jsonrpc', 'tool-result'])
    .default('http')
    .describe('how refusals are spoken where the policy does not say'),
  BODY_BYTES_MAX: integer(1024, 64 * mebibyte)
    .default(mebibyte)
    .describe('of one request'),
  SESSION_ID_KEYS: secrets(8).default([]).meta({
    description:
      'bind sessions of the protocol to their callers; the first seals, all verify. Unset: one of this process, so that sessions begin anew with it',
    secret: true,
  }),
  UPSTREAM_TOKENS_DIRECTORY: text()
    .optional()
    .describe('mounted secrets: `upstream_token_ref` of a session is `<folder>/<file>` in it'),
  UPSTREAM_TOKEN_PASSTHROUGH: flag()
    .default(false)
    .describe('send the caller’s token on: only where gateway and server are one resource'),
  UPSTREAM_IDENTITY_KEY_FILE: text()
    .optional()
    .describe('Ed25519 private key (PEM): `X-MCP-Identity` then tells the server who calls, signed by it'),
  DEFINITIONS_INTERVAL: durationMs(1_000, 24 * 3_600_000)
    .default(30_000)
    .describe('how often the server is asked for its tools, where the policy pins definitions'),
  UPSTREAM_CONNECT_TIMEOUT: durationMs(10, 60_000).default(5_000).describe('to reach the server'),
  UPSTREAM_HEAD_TIMEOUT: durationMs(1_000, 3_600_000).default(300_000).describe('until an answer begins'),
  UPSTREAM_IDLE_TIMEOUT: durationMs(1_000, 24 * 3_600_000)
    .default(300_000)
    .describe('between two pieces of an answer'),
  SHUTDOWN_TIMEOUT: durationMs(0, 600_000)
    .default(30_000)
    .describe('for open calls when the process is told to end'),
  ...processVariables(),
}

export type Settings = SettingsOf<typeof shape>

export const config = defineConfig(shape, (settings) => rules.filter(({ isBroken }) => isBroken(settings)))

interface Rule extends ConfigFault {
  readonly variable: keyof Settings
  readonly isBroken: (settings: Settings) => boolean
}

export const ingestUrlOf = (settings: Settings): string | undefined =>
  (settings.ANALYTICS_INGEST_URL ?? settings.MCP_ANALYTICS_INGEST_URL)?.href
export const apiKeyOf = ({
  ANALYTICS_API_KEY: [key],
  MCP_ANALYTICS_API_KEY: [older],
}: Settings): Secret | undefined => key ?? older

const isRecording = (settings: Settings): boolean =>
  ingestUrlOf(settings) !== undefined || settings.SPOOL_DIRECTORY !== undefined

/** What records are promised; `none` where there are none. */
export const durabilityOf = (settings: Settings): (typeof durabilities)[number] | 'none' =>
  isRecording(settings) ? settings.SPOOL_DURABILITY : 'none'

const sessionKeyCharsMin = 32
const isLoopback = (host: string): boolean => host === 'localhost' || host === '::1' || /^127\./.test(host)

const rules: readonly Rule[] = [
  {
    variable: 'POLICY_TOKEN',
    message: 'is missing, and POLICY_TOKEN_FILE too: no control plane tells a stranger a policy',
    isBroken: ({ POLICY_URL, POLICY_TOKEN, POLICY_TOKEN_FILE }) =>
      POLICY_URL !== undefined && POLICY_TOKEN.length === 0 && POLICY_TOKEN_FILE === undefined,
  },
  {
    variable: 'POLICY_MAX_STALENESS',
    message: 'counts for POLICY_URL only, which is not set',
    isBroken: ({ POLICY_URL, POLICY_MAX_STALENESS }) =>
      POLICY_URL === undefined && POLICY_MAX_STALENESS !== undefined,
  },
  {
    variable: 'SPOOL_DURABILITY',
    message:
      'is node, and SPOOL_DIRECTORY is not set: records among temporary files are gone with their container',
    isBroken: ({ SPOOL_DURABILITY, SPOOL_DIRECTORY }) =>
      SPOOL_DURABILITY === 'node' && SPOOL_DIRECTORY === undefined,
  },
  {
    variable: 'SPOOL_DURABILITY',
    message: 'is log, and ANALYTICS_INGEST_URL is not set: there is no ingest that could answer',
    isBroken: (settings) => settings.SPOOL_DURABILITY === 'log' && ingestUrlOf(settings) === undefined,
  },
  {
    variable: 'SPOOL_ACK_TIMEOUT',
    message: 'counts for SPOOL_DURABILITY=log only: nothing else waits for ingest',
    isBroken: ({ SPOOL_DURABILITY, SPOOL_ACK_TIMEOUT }) =>
      SPOOL_ACK_TIMEOUT !== undefined && SPOOL_DURABILITY !== 'log',
  },
  {
    variable: 'SESSION_ID_KEYS',
    message: `has one of less than ${sessionKeyCharsMin} characters`,
    isBroken: ({ SESSION_ID_KEYS }) =>
      SESSION_ID_KEYS.some((key) => key.reveal().length < sessionKeyCharsMin),
  },
  {
    variable: 'HEADER_IDENTITY_TRUST',
    message:
      'is not set, nor are TRUSTED_PROXY_CIDRS and ADAPTER_KEYS: say whose identity headers count where others than this machine can reach this port',
    isBroken: ({ HOST, HEADER_IDENTITY_TRUST, TRUSTED_PROXY_CIDRS, ADAPTER_KEYS }) =>
      !isLoopback(HOST) &&
      HEADER_IDENTITY_TRUST === undefined &&
      TRUSTED_PROXY_CIDRS.length === 0 &&
      ADAPTER_KEYS === undefined,
  },
  {
    variable: 'UPSTREAM_URL',
    message: 'has a path, a query or a user: only http://host:port can be stood before',
    isBroken: ({ UPSTREAM_URL }) => {
      const { pathname, search, username, password } = UPSTREAM_URL
      return pathname !== '/' || search !== '' || username !== '' || password !== ''
    },
  },
]
