import { fileURLToPath } from 'node:url'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import type { Driver } from './driver.ts'
import { ownHome } from './own-home.ts'
import { connectV1 } from './sdk-v1.ts'

const program = fileURLToPath(import.meta.resolve('mcp-remote/dist/proxy.js'))

/** The bridge that clients without HTTP use, behind the client of SDK v1. */
export const mcpRemote: Driver = {
  name: 'mcp-remote',
  eras: ['legacy'],
  connect: async (url, headers) => {
    const { env, remove } = await ownHome()
    const given = Object.entries(headers).flatMap(([name, value]) => ['--header', `${name}:${value}`])
    const connection = await connectV1(
      new StdioClientTransport({
        command: process.execPath,
        args: [program, url, '--allow-http', '--transport', 'http-only', ...given],
        env,
        stderr: 'ignore',
      }),
    )
    return {
      ...connection,
      close: async () => {
        await connection.close()
        await remove()
      },
    }
  },
}
