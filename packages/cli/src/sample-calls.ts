import { randomBytes } from 'node:crypto'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'

export interface SampleCall {
  readonly tool: string
  readonly arguments: Readonly<Record<string, unknown>>
  readonly expect: 'allow' | 'deny'
}

/** One that the sample's policy allows, one that it refuses. */
export const sampleCalls: readonly SampleCall[] = [
  { tool: 'list_documents', arguments: {}, expect: 'allow' },
  { tool: 'delete_document', arguments: { id: 'roadmap' }, expect: 'deny' },
]

export const sampleCaller = { human: 'user-123', agent: 'ops-agent', session: 'sess-demo' } as const

export interface Called {
  readonly call: SampleCall
  /** By which its record is found. */
  readonly traceId: string
  readonly isRefused: boolean
  /** What the caller reads. */
  readonly text: string
  /** Epoch milliseconds. */
  readonly at: number
}

/** Makes a call as any client of the SDK would; as the sample's agent, unless somebody else is named. */
export const makeSampleCall = async (
  url: string,
  call: SampleCall,
  caller: { readonly human: string; readonly agent: string; readonly session?: string } = sampleCaller,
): Promise<Called> => {
  const traceId = randomBytes(16).toString('hex')
  const transport = new StreamableHTTPClientTransport(new URL(url), {
    requestInit: {
      headers: {
        'x-mcp-human-id': caller.human,
        'x-mcp-agent-id': caller.agent,
        ...(caller.session === undefined ? {} : { 'x-mcp-agent-session': caller.session }),
      },
    },
  })
  const client = new Client(
    { name: 'mcp-sentinel-up', version: '1.0.0' },
    { versionNegotiation: { mode: 'auto' } },
  )
  try {
    await client.connect(transport)
    const traceparent = `00-${traceId}-${randomBytes(8).toString('hex')}-01`
    const result = await client.callTool({
      name: call.tool,
      arguments: { ...call.arguments },
      _meta: { traceparent },
    })
    const [first] = result.content ?? []
    return {
      call,
      traceId,
      isRefused: result.isError === true,
      text: first?.type === 'text' ? first.text : '',
      at: Date.now(),
    }
  } finally {
    await client.close()
  }
}
