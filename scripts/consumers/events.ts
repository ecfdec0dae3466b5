import { createChain, createIds, decodeEnvelope, encodeEnvelope, verifyChains } from '@mcp-sentinel/events'

const ids = createIds(Date.now)
const chain = createChain({ producer: 'mcp-servers/payments/pod-1', source: 'gateway', clock: Date.now, ids })
const decoded = decodeEnvelope(encodeEnvelope(chain.start()))
if (!decoded.ok) throw new Error(decoded.rejection.message)

const { breaks } = verifyChains([decoded.decoded.envelope.payload], { keys: new Map() })
if (breaks.length > 0) throw new Error('a chain that nobody touched should verify')
