import { generateKeyPairSync } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { join } from 'node:path'
import {
  type Api,
  createAccounts,
  createApi,
  createAuthenticate,
  createPasswords,
  createPlatformTokens,
  createServiceKeys,
  type EngineOptions,
  openDatabase,
  randomIds,
} from '@mcp-sentinel/api'
import { createLogger } from '@mcp-sentinel/service'
import type { Handle } from './front-door.ts'
import { type Login, makeLogins } from './logins.ts'
import { stackNamespace as namespace, type Part } from './supervised/part.ts'

export interface ApiPartOptions
  extends Pick<EngineOptions, 'store' | 'log' | 'resources' | 'workloads' | 'serverUrlOf'> {
  /** Where the accounts are kept. */
  readonly directory: string
  /** Of an administrator, for as long as this runs. */
  readonly adminKey: string
  /** Where clients reach servers. */
  readonly mcpBaseUrl: string
  /** Whether those who log in by password get another one. */
  readonly newPasswords: boolean
}

/** The API, with Postgres in this process for its accounts. */
export const apiPart = (options: ApiPartOptions) => {
  const { privateKey } = generateKeyPairSync('ed25519')
  const signer = { kid: 'this-run', privateKey, issuer: 'mcp-sentinel' }
  const entrance = {
    serviceKeys: createServiceKeys({ keys: [options.adminKey], adminKeys: [options.adminKey] }),
    platformTokens: createPlatformTokens({ signer, clock: Date.now }),
  }
  let api: Api | undefined
  let port = 0
  let logins: readonly Login[] | undefined

  const start: Part['start'] = async (say) => {
    const parts = new AsyncDisposableStack()
    const database = await openDatabase({ dataDirectory: join(options.directory, 'postgres') })
    parts.defer(database.close)
    try {
      await database.migrate()
      const passwords = await createPasswords()
      const accounts = createAccounts({ db: database.db, clock: Date.now, ids: randomIds, passwords })
      logins ??= await makeLogins(accounts, { newPasswords: options.newPasswords })
      const { store, log, resources, workloads, serverUrlOf } = options
      const started = createApi({
        authenticate: createAuthenticate({ ...entrance, accounts }),
        entrance,
        accounts,
        store,
        log,
        resources,
        workloads,
        serverUrlOf,
        platform: { mcpBaseUrl: options.mcpBaseUrl },
        // The dashboard asks from this machine, and says for whom.
        trustedProxies: ['127.0.0.1/32'],
        logger: createLogger({ service: 'api', level: 'info', destination: { write: say } }),
        cluster: 'local',
        version: '0.1.0',
      })
      parts.defer(started.close)
      const address = await started.app.listen({ host: '127.0.0.1', port })
      port = Number(new URL(address).port)
      api = started
      const check = async () => {
        const { status } = await fetch(`${address}/ready`)
        return status === 200 ? undefined : `/ready answers ${status}`
      }
      return { close: () => parts.disposeAsync(), check }
    } catch (error) {
      await parts.disposeAsync()
      throw error
    }
  }
  const handle: Handle = (request, response) => {
    if (api === undefined) unavailable(response)
    else api.app.routing(request, response)
  }
  return {
    part: { key: 'api', display: 'API', namespace, start } satisfies Part,
    handle,
    origin: () => `http://127.0.0.1:${port}`,
    /** Made when it started for the first time, or anew because that was asked for. */
    logins: (): readonly Login[] => logins ?? [],
  }
}

const unavailable = (response: ServerResponse): void =>
  void response.writeHead(503, { 'retry-after': '1' }).end()
