import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { mintServerToken } from '@mcp-sentinel/identity'
import { directoryStore } from '@mcp-sentinel/resources/adapters/directory'
import { type App, createLogger } from '@mcp-sentinel/service'
import { type ApiOptions, createApi } from '../api.ts'
import { createAuthenticate } from '../authenticate.ts'
import { createPlatformTokens } from '../authentication/platform-tokens.ts'
import { createServiceKeys } from '../authentication/service-keys.ts'
import { newSigner } from '../authentication/signing-key.ts'
import { openPeople, type People } from './people.ts'
import { type RememberedWorkloads, rememberedWorkloads } from './remembered-workloads.ts'
import { actor } from './world.ts'

/** Everybody who may come to the API, with what they present. Team `red` has the things that are asked for. */
export const principals = [
  'anonymous',
  'anonymous of a public platform',
  'user',
  'team member',
  'team owner',
  "other team's owner",
  'admin',
  'admin service key',
  'ingest token',
  'registry credential',
  'expired key',
  'revoked key',
] as const
export type Principal = (typeof principals)[number]

export interface WholeApi {
  readonly app: App
  /** The same in `public` mode. */
  readonly publicApp: App
  readonly headersOf: (principal: Principal) => Readonly<Record<string, string>>
  readonly people: People
  readonly workloads: RememberedWorkloads
  readonly close: () => Promise<void>
}

/** All of the API that needs no event store, over engines of its own, with a server, a grant and a session of team `red`. */
export const openWholeApi = async (more: Partial<ApiOptions> = {}): Promise<WholeApi> => {
  const people = await openPeople()
  const { world, idOf } = people
  const folder = await mkdtemp(join(tmpdir(), 'whole-api-'))
  const resources = await directoryStore(folder, { clock: world.now })
  const workloads = rememberedWorkloads(world.now)
  await fill(resources, idOf('owner'))

  const adminKey = randomBytes(24).toString('base64url')
  const signer = newSigner()
  const platformTokens = createPlatformTokens({ signer, clock: world.now })
  const serviceKeys = createServiceKeys({ keys: [adminKey], adminKeys: [adminKey] })
  const entrance = { serviceKeys, platformTokens, isSignupOpen: true }
  const apiIn = (mode: 'tenant' | 'public') =>
    createApi({
      authenticate: createAuthenticate({ accounts: world, ...entrance }),
      accounts: world,
      entrance,
      signer,
      resources,
      workloads,
      platform: { mode, activeServersMax: 0 },
      // Nothing is asked of what runs nowhere.
      serverUrlOf: () => undefined,
      logger: createLogger({ service: 'api-test', level: 'silent' }),
      version: '1.2.3',
      clock: world.now,
      ...more,
    })
  const [api, publicApi] = [apiIn('tenant'), apiIn('public')]

  const keyOf = async (name: string, expiresAt?: number) =>
    world.keys.create(idOf(name), { name: 'k', ...(expiresAt === undefined ? {} : { expiresAt }) }, actor)
  const presented = async (name: string) => ({ 'x-api-key': (await keyOf(name)).secret })
  const revoked = await keyOf('owner')
  await world.keys.revoke(idOf('owner'), revoked.key.id, actor)
  const expired = await keyOf('owner', world.now() + 60_000)
  const credential = await world.registryCredentials.create(idOf('member'), { name: 'c' }, actor)
  const ingestToken = await mintServerToken({
    signer: { kid: 'ingest', privateKey: generateKeyPairSync('ed25519').privateKey, issuer: 'mcp-sentinel' },
    audience: 'ingest',
    binding: { namespace: 'mcp-team-red', server: 'payments' },
    ttlS: 3600,
    now: world.now(),
  })
  world.wait(120_000)
  const basic = Buffer.from(`member:${credential.secret}`).toString('base64')
  const headers: Readonly<Record<Principal, Readonly<Record<string, string>>>> = {
    anonymous: {},
    'anonymous of a public platform': {},
    user: await presented('user'),
    'team member': await presented('member'),
    'team owner': await presented('owner'),
    "other team's owner": await presented('otherOwner'),
    admin: await presented('admin'),
    'admin service key': { 'x-api-key': adminKey },
    'ingest token': { authorization: `Bearer ${ingestToken}` },
    'registry credential': { authorization: `Basic ${basic}` },
    'expired key': { 'x-api-key': expired.secret },
    'revoked key': { 'x-api-key': revoked.secret },
  }

  return {
    app: api.app,
    publicApp: publicApi.app,
    headersOf: (principal) => headers[principal],
    people,
    workloads,
    close: async () => {
      await api.close()
      await publicApi.close()
      await resources.close()
      await people.close()
      await rm(folder, { recursive: true })
    },
  }
}

const fill = async (resources: Awaited<ReturnType<typeof directoryStore>>, publisher: string) => {
  const put = (kind: string, namespace: string, name: string, spec: object, labels: object = {}) =>
    resources.apply({
      apiVersion: 'mcpruntime.org/v1alpha1',
      kind,
      metadata: { name, namespace, labels },
      spec,
    } as never)
  const server = { image: 'registry.example.org/it', tools: [{ name: 'refund', sideEffect: 'write' }] }
  const label = { 'platform.mcpruntime.org/user-id': publisher }
  await put('MCPServer', 'mcp-team-red', 'payments', server, label)
  await put('MCPServer', 'mcp-servers-public', 'open', server)
  await put('MCPServer', 'mcp-servers', 'shared', server)
  const about = { serverRef: { name: 'payments' }, subject: { humanID: 'anna' } }
  await put('MCPAccessGrant', 'mcp-team-red', 'granted', { ...about, allowedSideEffects: ['write'] })
  await put('MCPAgentSession', 'mcp-team-red', 'begun', about)
  // To whoever comes by this agent.
  const byAgent = { serverRef: { name: 'payments' }, subject: { agentID: 'coder' } }
  await put('MCPAccessGrant', 'mcp-team-red', 'by-agent', { ...byAgent, allowedSideEffects: ['read'] })
}
