import { once } from 'node:events'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Target } from './target.ts'

/** Passes every byte on as it comes, in both directions. `host` other than the caller's is what breaks servers. */
export const startTransparentProxy =
  ({ rewritesHost = false } = {}): NonNullable<Target['start']> =>
  async (upstream) => {
    const { hostname, port, host } = new URL(upstream)
    const server = createServer((req, res) => {
      const headers = rewritesHost ? { ...req.headers, host } : req.headers
      const onward = request({ hostname, port, path: req.url, method: req.method, headers }, (answer) => {
        res.writeHead(answer.statusCode ?? 502, answer.headers)
        res.flushHeaders()
        answer.pipe(res)
        answer.once('error', () => res.destroy())
      })
      onward.once('error', () => res.destroy())
      res.once('close', () => onward.destroy())
      req.pipe(onward)
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return {
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`,
      close: async () => {
        const closed = once(server, 'close')
        server.close()
        server.closeAllConnections()
        await closed
      },
    }
  }
