import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { isDeepStrictEqual } from 'node:util'
import { Client, StreamableHTTPClientTransport, type Transport } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { createApp } from './express-v1.ts'
import { createFetch } from './fetch-v2.ts'

type Agent = 'support-bot' | 'ops-agent'
interface Decided {
  readonly decision: string
  readonly rpc_method?: string | undefined
  readonly tool_name?: string | undefined
}
/** A way to one of the servers, and what it has written down of the calls by then. */
interface Way {
  readonly name: string
  readonly connect: (as: Agent) => Transport
  readonly decided: () => Promise<readonly Decided[]>
  readonly close: () => Promise<unknown>
}

const express = async (): Promise<Way> => {
  const records: Decided[] = []
  const { app, close } = await createApp((record) => records.push(record))
  const server = createServer(app).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`)
  return {
    name: 'SDK v1 on Express',
    connect: (agent) =>
      new StreamableHTTPClientTransport(url, { requestInit: { headers: { 'x-mcp-agent-id': agent } } }),
    decided: async () => records,
    close: async () => {
      server.close()
      server.closeAllConnections()
      await close()
    },
  }
}

const fetched = async (): Promise<Way> => {
  const records: Decided[] = []
  const { fetch, close } = await createFetch((record) => records.push(record))
  const tokens = { 'support-bot': 'token-of-support', 'ops-agent': 'token-of-ops' }
  return {
    name: 'SDK v2 by fetch',
    connect: (agent) =>
      new StreamableHTTPClientTransport(new URL('http://payments.example/mcp'), {
        requestInit: { headers: { authorization: `Bearer ${tokens[agent]}` } },
        fetch: async (url, init) => fetch(new Request(url, init)),
      }),
    decided: async () => records,
    close,
  }
}

const overStdio = async (): Promise<Way> => {
  const told: Promise<string>[] = []
  return {
    name: 'standard input and output',
    connect: (agent) => {
      const args = ['--conditions=@mcp-sentinel/source', server, agent]
      const transport = new StdioClientTransport({ command: process.execPath, args, stderr: 'pipe' })
      if (transport.stderr !== null) told.push(text(transport.stderr as Readable))
      return transport
    },
    decided: async () => {
      const lines = (await Promise.all(told)).join('').split('\n')
      return lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line))
    },
    close: async () => {},
  }
}
const server = fileURLToPath(new URL('stdio.ts', import.meta.url))

const calls = [
  { as: 'support-bot', calls: 'get_invoice', with: { id: 'i-7' }, hears: 'invoice i-7' },
  {
    as: 'support-bot',
    calls: 'refund_invoice',
    with: { id: 'i-7', amount: 9 },
    hears: 'Refused: this caller may not use tools of this kind (side_effect_not_allowed).',
  },
  { as: 'ops-agent', calls: 'refund_invoice', with: { id: 'i-7', amount: 120 }, hears: 'refunded 120' },
  {
    as: 'ops-agent',
    calls: 'refund_invoice',
    with: { id: 'i-7', amount: 501 },
    hears: 'Refused: an argument has a value that is not allowed: /amount (argument_not_allowed).',
  },
] as const

const tools = { 'support-bot': ['get_invoice'], 'ops-agent': ['get_invoice', 'refund_invoice'] }

/** Makes each call by each way as a client of the SDK; gives what was not as it should be. */
export const verify = async (print: (line: string) => void): Promise<string[]> => {
  const faults: string[] = []
  for (const open of [express, fetched, overStdio]) {
    const way = await open()
    print(`\n${way.name}`)
    const expectThat = (what: string, found: unknown, wanted: unknown): void => {
      const isSo = isDeepStrictEqual(found, wanted)
      print(`  ${isSo ? '✓' : '✗'} ${what}: ${typeof found === 'string' ? found : JSON.stringify(found)}`)
      if (!isSo)
        faults.push(`${way.name}: ${what}: ${JSON.stringify(found)} instead of ${JSON.stringify(wanted)}`)
    }
    for (const agent of ['support-bot', 'ops-agent'] as const) {
      const client = new Client(
        { name: 'verify', version: '1.0.0' },
        { versionNegotiation: { mode: 'auto' } },
      )
      await client.connect(way.connect(agent))
      const listed = (await client.listTools()).tools.map(({ name }) => name)
      expectThat(`${agent} sees`, listed, tools[agent])
      for (const { calls: name, with: given, hears } of calls.filter(({ as }) => as === agent)) {
        const [first] = (await client.callTool({ name, arguments: given })).content
        expectThat(`${agent} → ${name} ${JSON.stringify(given)}`, first?.type === 'text' && first.text, hears)
      }
      await client.close()
    }
    const decided = (await way.decided()).filter(({ tool_name: tool }) => tool !== undefined)
    const wanted = ['allow get_invoice', 'deny refund_invoice', 'allow refund_invoice', 'deny refund_invoice']
    expectThat(
      'was written',
      decided.map((one) => `${one.decision} ${one.tool_name}`),
      wanted,
    )
    await way.close()
  }
  return faults
}

if (import.meta.main) {
  const faults = await verify((line) => console.log(line))
  console.log(faults.length === 0 ? '\nAll is as it should be.' : `\n${faults.join('\n')}`)
  process.exitCode = faults.length === 0 ? 0 : 1
}
