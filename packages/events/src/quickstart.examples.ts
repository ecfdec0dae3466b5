//#region chain
import { generateKeyPairSync } from 'node:crypto'
import { createChain, createIds, verifyChains } from '@mcp-sentinel/events'

const ids = createIds(Date.now)
const { publicKey, privateKey } = generateKeyPairSync('ed25519')
const chain = createChain({ producer: 'mcp-servers/payments/pod-1', source: 'gateway', clock: Date.now, ids })

const events = [
  chain.start(),
  chain.gap({ lost: 3, reason: 'disk full', from: '2026-06-01T12:00:00Z', until: '2026-06-01T12:00:09Z' }),
  chain.checkpoint({ kid: 'k1', privateKey }),
]

const payloads = events.map(({ payload }) => payload)
const intact = verifyChains(payloads, { keys: new Map([['k1', publicKey]]) })
// breaks: [], chains: [{ first: 1, last: 3, signedUpTo: 2 }]

const cut = verifyChains(payloads.toSpliced(1, 1), { keys: new Map([['k1', publicKey]]) })

// breaks: [{ kind: 'missing', seq: 2 }]
//#endregion

//#region erase
import { commitmentOf, disclose, provesCommitment } from '@mcp-sentinel/events'

const disclosure = disclose('/arguments/amount', 120)
const commitment = commitmentOf(disclosure) // this goes into the payload; the disclosure is kept apart
const proven = provesCommitment(disclosure, commitment) // true, as long as nobody has erased the disclosure

//#endregion

export { cut, intact, proven }
