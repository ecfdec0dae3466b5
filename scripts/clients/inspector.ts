import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { type Driver, type Era, errorOf, type Outcome, resultOf } from './driver.ts'
import { ownHome } from './own-home.ts'

const program = fileURLToPath(
  import.meta.resolve('@modelcontextprotocol/inspector/clients/launcher/build/index.js'),
)
const runMsMax = 20_000

/** A command line: one process for each thing that is asked. What it was told last stands on its standard output. */
const inspector = (era: Era): Driver => ({
  name: `Inspector, ${era}`,
  eras: [era],
  cannot: { legacy: ['elicitation', 'progress', 'cancel'], modern: ['elicitation', 'progress'] },
  connect: async (url, headers) => {
    const { env, remove } = await ownHome()
    const given = Object.entries(headers).flatMap(([name, value]) => ['--header', `${name}: ${value}`])
    const fixed = ['--cli', url, '--transport', 'http', '--protocol-era', era, '--format', 'json', '--quiet']
    const run = (args: readonly string[], signal?: AbortSignal): Promise<unknown> =>
      new Promise((resolve, reject) => {
        const options = {
          env,
          timeout: runMsMax,
          ...(signal ? { signal, killSignal: 'SIGKILL' as const } : {}),
        }
        const all = [program, ...fixed, '--stored-auth-only', ...given, ...args]
        execFile(process.execPath, all, options, (error, stdout, stderr) => {
          const answer = stdout.trim().split('\n').at(-1) ?? ''
          if (answer.startsWith('{')) resolve(JSON.parse(answer).result)
          else reject(error && !signal?.aborted ? new Error(stderr.trim()) : error)
        })
      })
    return {
      list: async () => {
        const { tools } = (await run(['--method', 'tools/list'])) as {
          readonly tools: readonly { name: string }[]
        }
        return tools.map(({ name }) => name)
      },
      call: (tool, args, { signal } = {}): Promise<Outcome> =>
        run(
          ['--method', 'tools/call', '--tool-name', tool, '--tool-args-json', JSON.stringify(args)],
          signal,
        ).then(resultOf, errorOf),
      close: remove,
    }
  },
})

export const inspectorLegacy = inspector('legacy')
export const inspectorModern = inspector('modern')
