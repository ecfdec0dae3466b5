import { mintAdapterAssertion, type Signer } from '@mcp-sentinel/identity'
import type { MCPServer } from '@mcp-sentinel/resources'
import { idOf, keyOf } from '../governance/paging.ts'
import { askServer, type Inventory } from './ask-server.ts'

export type Live =
  | { readonly ok: true; readonly inventory: Inventory; readonly fetchedAt: number }
  | { readonly ok: false; readonly why: string }

export interface LiveInventories {
  /** What the server says of itself, or said a moment ago. */
  readonly of: (server: MCPServer) => Promise<Live>
}

export interface LiveInventoriesOptions {
  readonly urlOf: (server: MCPServer) => string | undefined
  /** Without it, the API asks as nobody. */
  readonly signer: Signer | undefined
  readonly clock: () => number
}

const timeoutMs = 5_000
const keptMs = 30_000
const keptMax = 1_000
/** As this agent the API calls, and proves it: a name alone would be anybody's to take. */
const agent = 'mcp-sentinel-inventory'

export const createLiveInventories = ({ urlOf, signer, clock }: LiveInventoriesOptions): LiveInventories => {
  const kept = new Map<string, { readonly until: number; readonly live: Promise<Live> }>()

  const headersFor = async (server: MCPServer): Promise<Readonly<Record<string, string>>> => {
    if (signer === undefined) return {}
    const assertion = await mintAdapterAssertion({
      signer,
      audience: idOf(keyOf(server)),
      caller: { agent },
      ttlS: 60,
      now: clock(),
    })
    return { 'x-mcp-adapter-assertion': assertion }
  }

  const ask = async (server: MCPServer, url: string): Promise<Live> => {
    try {
      const inventory = await askServer({ url, headers: await headersFor(server), timeoutMs })
      return { ok: true, inventory, fetchedAt: clock() }
    } catch (error) {
      const isLate = error instanceof Error && error.name === 'TimeoutError'
      const isUnreached = error instanceof TypeError
      const why = isLate
        ? `the server does not answer within ${timeoutMs / 1000} s`
        : isUnreached
          ? 'the server cannot be reached'
          : (error as Error).message
      return { ok: false, why }
    }
  }

  return {
    of: (server) => {
      const url = urlOf(server)
      if (url === undefined)
        return Promise.resolve({ ok: false, why: 'the API does not know where the server is' })
      const id = `${idOf(keyOf(server))} ${url}`
      const known = kept.get(id)
      if (known !== undefined && clock() < known.until) return known.live
      kept.delete(id)
      for (const oldest of kept.keys()) {
        if (kept.size < keptMax) break
        kept.delete(oldest)
      }
      const live = ask(server, url)
      kept.set(id, { until: clock() + keptMs, live })
      return live
    },
  }
}
