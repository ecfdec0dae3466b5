import { execFile, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { createAccounts, createPasswords, type Database, openDatabase, randomIds } from '@mcp-sentinel/api'
import { createEmbeddedClickHouse } from '@mcp-sentinel/embedded'
import type { EventLog } from '@mcp-sentinel/events'
import { createKafkaClient } from '@mcp-sentinel/events/adapters/kafka-client'
import { createKafkaLog } from '@mcp-sentinel/events/adapters/kafka-log'
import { directoryStore } from '@mcp-sentinel/resources/adapters/directory'
import { kafka } from '../../scripts/engines/kafka/broker.ts'
import { postgres } from '../../scripts/engines/postgres/server.ts'
import { respawn } from '../pipeline-crash/respawned.ts'
import { type EngineName, type Take, takeClickHouse, takeFolder, takeServer } from './engines.ts'

export const namespace = 'mcp-team-red'
export const foreignNamespace = 'mcp-team-blue'
const topic = 'mcp.events'
const password = 'correct horse battery'

export interface Topology {
  readonly origin: string
  /** Of the API. */
  readonly pid: number
  readonly adminKey: string
  readonly ownerKey: string
  readonly login: { readonly email: string; readonly password: string }
  readonly takes: Readonly<Record<EngineName, Take>>
  readonly log: EventLog
  readonly database: Database
  readonly close: () => Promise<void>
}

/** The API as a process of its own, on real engines, with a processor that fills the store. */
export const startTopology = async (
  folder: string,
  grants: readonly string[],
  said: (text: string) => void,
): Promise<Topology> => {
  const parts = new AsyncDisposableStack()
  try {
    const [broker, server] = await Promise.all([kafka.start(said), postgres.start(said)])
    parts.defer(broker.stop)
    parts.defer(server.stop)
    const clickhouse = await createEmbeddedClickHouse({
      dataDirectory: join(folder, 'clickhouse'),
      report: said,
    })
    parts.defer(clickhouse.close)
    const resources = join(folder, 'resources')
    await fillResources(resources, grants)
    const brokers = broker.env['KAFKA_BROKERS'] ?? ''
    const env = { ...broker.env, HOST: '127.0.0.1', CLICKHOUSE_URL: clickhouse.url, FLUSH_INTERVAL: '50ms' }
    const processor = new URL('../../packages/processor/src/main.ts', import.meta.url)
    await promisify(execFile)(
      process.execPath,
      ['--conditions=@mcp-sentinel/source', processor.pathname, '--migrate'],
      { env: { ...process.env, ...env, KAFKA_PARTITIONS: '3' } },
    )
    const processing = respawn({
      module: processor,
      env: { ...env, METRICS_PORT: '0', LOG_LEVEL: 'error' },
      said,
    })
    parts.defer(processing.close)

    const dsn = server.env['POSTGRES_URL'] ?? ''
    const database = await openDatabase({ dsn })
    parts.defer(database.close)
    const people = await fillAccounts(database)
    const adminKey = randomBytes(24).toString('base64url')
    const api = await startApi(
      {
        ...env,
        CLICKHOUSE_URL: clickhouse.readerUrl,
        POSTGRES_DSN: dsn,
        RESOURCES_DIRECTORY: resources,
        API_KEYS: adminKey,
        ADMIN_API_KEYS: adminKey,
        PLATFORM_JWT_SECRET: randomBytes(24).toString('base64url'),
        LOG_LEVEL: 'warn',
      },
      said,
    )
    parts.defer(api.close)
    const log = await createKafkaLog({
      kafka: createKafkaClient({ clientId: 'api-faults', brokers: brokers.split(',') }),
      topic,
    })
    parts.defer(log.close)
    return {
      ...api,
      ...people,
      adminKey,
      takes: {
        accounts: takeServer(server),
        store: takeClickHouse(clickhouse),
        log: takeServer(broker),
        resources: takeFolder(resources),
      },
      log,
      database,
      close: () => parts.disposeAsync(),
    }
  } catch (error) {
    await parts.disposeAsync()
    throw error
  }
}

const startApi = async (env: Readonly<Record<string, string>>, said: (text: string) => void) => {
  const main = new URL('../../packages/api/src/main.ts', import.meta.url).pathname
  const child = spawn(
    process.execPath,
    ['--conditions=@mcp-sentinel/source', '--disable-warning=TimeoutNegativeWarning', main],
    {
      env: { ...process.env, ...env, PORT: '0', METRICS_PORT: '0', LOG_LEVEL: 'info' },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  const gone = once(child, 'exit')
  child.stderr.on('data', (chunk) => said(String(chunk)))
  const origins = Promise.withResolvers<readonly string[]>()
  let printed = ''
  child.stdout.on('data', (chunk) => {
    said(String(chunk))
    if (printed.includes('"started"')) return
    printed += chunk
    if (printed.includes('"started"'))
      origins.resolve([...printed.matchAll(/Server listening at ([^"]+)/g)].map(([, origin = '']) => origin))
  })
  void gone.then(([code]) => origins.reject(new Error(`the API ended with ${code}`)))
  const [, origin = ''] = await origins.promise
  return {
    origin,
    pid: child.pid ?? 0,
    close: async () => {
      child.kill('SIGTERM')
      await gone
    },
  }
}

const apiVersion = 'mcpruntime.org/v1alpha1'
const serverRef = { name: 'payments' }

const fillResources = async (folder: string, grants: readonly string[]): Promise<void> => {
  const store = await directoryStore(folder)
  await store.apply({
    apiVersion,
    kind: 'MCPServer',
    metadata: { name: 'payments', namespace },
    spec: { image: 'registry.example.org/it', tools: [{ name: 'refund', sideEffect: 'write' }] },
  })
  for (const name of grants)
    await store.apply({
      apiVersion,
      kind: 'MCPAccessGrant',
      metadata: { name, namespace },
      spec: { serverRef, subject: { humanID: 'anna' }, allowedSideEffects: ['write'] },
    })
  await store.close()
}

const fillAccounts = async (database: Database) => {
  await database.migrate()
  const accounts = createAccounts({
    db: database.db,
    clock: Date.now,
    ids: randomIds,
    passwords: await createPasswords(),
  })
  const actor = { requestId: 'beginning' }
  const owner = await accounts.users.create({ email: 'owner@example.org', password }, actor)
  const admin = await accounts.users.create({ email: 'admin@example.org', password, role: 'admin' }, actor)
  await accounts.teams.create({ slug: 'red', name: 'Red' }, actor)
  await accounts.teams.addMember('red', owner.id, 'owner', actor)
  const { secret } = await accounts.keys.create(owner.id, { name: 'of the campaign' }, actor)
  return { ownerKey: secret, login: { email: admin.email, password } }
}
