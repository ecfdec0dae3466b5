import { fork } from 'node:child_process'
import { createInterface } from 'node:readline'

const main = new URL('../../packages/gateway/src/main.ts', import.meta.url)

/** In front of a stub, its policy from a stream. */
export const startSidecar = async (policyUrl: string, token: string, upstreamUrl: string) => {
  const child = fork(main, [], {
    env: {
      ...process.env,
      HOST: '127.0.0.1',
      PORT: '0',
      METRICS_PORT: '0',
      UPSTREAM_URL: new URL(upstreamUrl).origin,
      POLICY_URL: policyUrl,
      POLICY_TOKEN: token,
    },
    execArgv: ['--conditions=@mcp-sentinel/source'],
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  })
  for await (const line of createInterface({ input: child.stdout as NodeJS.ReadableStream })) {
    const { msg, port } = JSON.parse(line) as { msg: string; port: number }
    if (msg === 'guarding') return { url: `http://127.0.0.1:${port}/mcp`, close: () => child.kill('SIGTERM') }
  }
  throw new Error('the sidecar did not start')
}

/** Of the human of that number, in the session of that number. */
export const callOf = (url: string, index: number, headers: Record<string, string> = {}) =>
  fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-mcp-human-id': `human-${index}`,
      'x-mcp-agent-session': `s${index}`,
      ...headers,
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'wait' } }),
  })

/** Resolves when the sidecar has a policy. */
export const inForce = async (url: string): Promise<void> => {
  while ((await callOf(url, 0).then(async (answer) => (await answer.text()) && answer.status)) !== 200) {}
}

export const percentile = (values: readonly number[], share: number): number =>
  [...values].sort((a, b) => a - b)[Math.ceil(values.length * share) - 1] ?? Number.NaN
