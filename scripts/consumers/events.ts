import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createChain, createIds, decodeEnvelope, encodeEnvelope, verifyChains } from '@mcp-sentinel/events'
import { createHttpSink } from '@mcp-sentinel/events/adapters/http-sink'
import { createSpool } from '@mcp-sentinel/events/adapters/spool'

const ids = createIds(Date.now)
const chain = createChain({ producer: 'mcp-servers/payments/pod-1', source: 'gateway', clock: Date.now, ids })
const decoded = decodeEnvelope(encodeEnvelope(chain.start()))
if (!decoded.ok) throw new Error(decoded.rejection.message)

const { breaks } = verifyChains([decoded.decoded.envelope.payload], { keys: new Map() })
if (breaks.length > 0) throw new Error('a chain that nobody touched should verify')

const directory = await mkdtemp(join(tmpdir(), 'spool-'))
const sink = createHttpSink({ url: 'http://127.0.0.1:1/events' })
const spool = await createSpool({
  directory,
  producer: 'mcp-servers/payments/pod-1',
  source: 'gateway',
  sink,
})
const { kept } = spool.stats()
await spool.close()
await rm(directory, { recursive: true })
if (kept !== 1) throw new Error('a spool should begin its chain')
