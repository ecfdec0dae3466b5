import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Client } from '@mcp-sentinel/contract/client'
import { apiVersion, type MCPServer, type ResourceStore } from '@mcp-sentinel/resources'
import { directoryStore } from '@mcp-sentinel/resources/adapters/directory'
import { type App, createLogger } from '@mcp-sentinel/service'
import { type ApiOptions, createApi } from '../api.ts'
import type { Caller } from '../caller.ts'
import { clientWithKey } from './asking.ts'
import { authenticateCallers, callers } from './callers.ts'

type Key = keyof typeof callers

export interface Governed {
  readonly app: App
  readonly store: ResourceStore
  readonly folder: string
  readonly as: (key: Key) => Client
  /** What was written down of changes. */
  readonly changes: { readonly action: string; readonly [member: string]: unknown }[]
  readonly wait: (ms: number) => void
  readonly now: () => number
  readonly server: (name: string, more?: ServerMore) => Promise<MCPServer>
  readonly close: () => Promise<void>
}

interface ServerMore {
  readonly namespace?: string
  readonly publisher?: Key
  readonly spec?: Partial<MCPServer['spec']>
}

/** Team `red` owns it. */
export const red = 'mcp-team-red'
export const blue = 'mcp-team-blue'
export const idOfCaller = (key: Key): string => (callers[key] as Caller).user?.id ?? ''
export const redTeamId = callers.owner.teams[0]?.id ?? ''
export const blueTeamId = callers.otherOwner.teams[0]?.id ?? ''

/** The API over a folder of resources, at a time that stands still. */
export const createGoverned = async (options: Partial<ApiOptions> = {}): Promise<Governed> => {
  let now = Date.parse('2026-06-01T08:00:00Z')
  const clock = options.clock ?? (() => now)
  const folder = await mkdtemp(join(tmpdir(), 'mcp-sentinel-api-'))
  const store = await directoryStore(folder, { clock })
  const changes: Governed['changes'] = []
  const api = createApi({
    authenticate: authenticateCallers,
    logger: createLogger({
      service: 'api-test',
      level: 'info',
      destination: {
        write: (line) => {
          const read = JSON.parse(line) as { readonly action?: string }
          if (read.action !== undefined) changes.push(read as Governed['changes'][number])
        },
      },
    }),
    resources: store,
    clock,
    version: '1.2.3',
    ...options,
  })
  return {
    app: api.app,
    store,
    folder,
    as: (key) => clientWithKey(api.app, key),
    changes,
    wait: (ms) => {
      now += ms
    },
    now: clock,
    server: (name, { namespace = red, publisher, spec = {} } = {}) =>
      store.apply<MCPServer>({
        apiVersion,
        kind: 'MCPServer',
        metadata: {
          name,
          namespace,
          ...(publisher && { labels: { 'platform.mcpruntime.org/user-id': idOfCaller(publisher) } }),
        },
        spec: { image: 'registry.example.com/it', tools: [{ name: 'add', sideEffect: 'read' }], ...spec },
      }),
    close: async () => {
      await api.close()
      await store.close()
      await rm(folder, { recursive: true })
    },
  }
}
