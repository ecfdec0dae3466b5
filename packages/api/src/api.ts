import { createPublicKey } from 'node:crypto'
import { endpoints, type Groups } from '@mcp-sentinel/contract'
import { openapi } from '@mcp-sentinel/contract/openapi'
import { type Bearer, createServerTokens, type Signer } from '@mcp-sentinel/identity'
import type { ResourceStore } from '@mcp-sentinel/resources'
import { createRenderedPolicies } from '@mcp-sentinel/resources/rendered-policies'
import {
  type App,
  addHealthRoutes,
  createApp,
  createHealth,
  type HealthCheck,
  type Logger,
  type Metrics,
  type Tracer,
} from '@mcp-sentinel/service'
import type { Authenticate } from './caller.ts'
import { createEngineHealth } from './engine-health.ts'
import { createEngines, type EngineOptions } from './engines.ts'
import { createRecordedChanges } from './governance/audited.ts'
import { servePolicyStream } from './policy-stream.ts'
import { rememberedResources } from './remembered-resources.ts'
import { createRoutes } from './routes.ts'
import { createPlaceOf } from './serving/place.ts'
import { createServe, prefixes } from './serving/serve.ts'

export interface ApiOptions extends EngineOptions {
  readonly authenticate: Authenticate
  /** Networks of the proxies that are believed when they say who the client is; none by default. */
  readonly trustedProxies?: readonly string[] | undefined
  readonly logger: Logger
  readonly tracer?: Tracer | undefined
  readonly metrics?: Metrics | undefined
  readonly checks?: readonly HealthCheck[] | undefined
  /**
   * Verifies the tokens with which gateways ask for the policies of their servers. Unset, those that `signer` signs for
   * the audience `policy`; without either, nobody is told a policy.
   */
  readonly policyTokens?: Bearer | undefined
  /** Where servers run, in their policies. */
  readonly cluster?: string | undefined
  /** Told in the description of the API. */
  readonly version: string
  /** Epoch milliseconds. */
  readonly clock?: (() => number) | undefined
}

export interface Api {
  /** Not listening yet. */
  readonly app: App
  /** Ends streams, answers what is under way. */
  readonly close: () => Promise<void>
}

/** All that the contract promises, over the engines that are there. */
export const createApi = (options: ApiOptions): Api => {
  const { authenticate, logger, tracer, metrics, checks = [], version, clock = Date.now } = options
  const app = createApp({ log: logger, tracer, metrics })
  const ending = new AbortController()
  const placeOf = createPlaceOf(options.trustedProxies ?? [])
  const serve = createServe(app, { authenticate, placeOf, ending: ending.signal })
  const { resources } = options
  const policies = resources && renderedOf(resources, options, clock)
  const { changed, close: endChanges } = createRecordedChanges({ accounts: options.accounts, logger, clock })
  const remembered = resources && rememberedResources({ store: resources })
  const engines = createEngines(options, { policies, remembered, changed, clock })
  const engineHealth = createEngineHealth(options, engines)
  addHealthRoutes(app, createHealth({ checks }), async () => ({ engines: await engineHealth() }))
  const routes = createRoutes(engines)
  const tokens = options.policyTokens ?? (options.signer && tokensOf(options.signer, clock))
  const endStreams = policies && tokens && servePolicyStream(app, { policies, tokens })
  const groups: Groups = endpoints
  for (const [group, members] of Object.entries(groups)) serve(members, routes[group as keyof typeof routes])

  // To make it takes longer than all else here.
  let description: object | undefined
  const describe = (): object => {
    description ??= openapi({ version })
    return description
  }
  for (const prefix of prefixes) app.get(`${prefix}/openapi.json`, describe)
  return {
    app,
    close: async () => {
      ending.abort()
      endStreams?.()
      await app.close()
      await Promise.all([policies?.close(), remembered?.close(), endChanges()])
    },
  }
}

const renderedOf = (store: ResourceStore, { cluster, logger }: ApiOptions, clock: () => number) =>
  createRenderedPolicies({
    store,
    cluster,
    clock,
    report: (faults) => logger.warn({ faults }, 'some resources cannot be read'),
  })

const tokensOf = ({ kid, privateKey, issuer }: Signer, clock: () => number): Bearer =>
  createServerTokens({
    publicKeys: new Map([[kid, createPublicKey(privateKey)]]),
    issuer,
    audience: 'policy',
    clock,
  })
