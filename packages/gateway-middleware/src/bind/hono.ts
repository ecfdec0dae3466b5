import type { Gateway } from '../gateway.ts'
import { admitFetch, type FetchOptions } from './fetch.ts'

/** What is used of Hono's context. */
interface HonoContext {
  readonly req: { raw: Request }
  res: Response
}

/** Guards the routes behind it: `app.use('/mcp', guardHono(gateway))`. They find what was judged in `c.req.raw`. */
export const guardHono =
  (gateway: Gateway, { peerOf }: FetchOptions = {}) =>
  async (context: HonoContext, next: () => Promise<void>): Promise<Response | undefined> => {
    const admitted = await admitFetch(gateway, context.req.raw, peerOf?.(context.req.raw))
    if (admitted instanceof Response) return admitted
    context.req.raw = admitted.request
    try {
      await next()
    } catch (error) {
      admitted.failed()
      throw error
    }
    const guarded = admitted.guarded(context.res)
    // Hono adds the headers of what was there before to what comes in its place.
    context.res = undefined as unknown as Response
    context.res = guarded
    return undefined
  }
