import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const directory = await mkdtemp(join(tmpdir(), 'event-log-'))

//#region log
import { createSegmentLog } from '@mcp-sentinel/events/adapters/segment-log'

const log = await createSegmentLog({ directory })
await log.append([{ key: 'chain-1', value: Buffer.from('{}'), headers: {}, receivedAtMs: Date.now() }])

const consumer = await log.consume('processor')
const claim = await consumer.nextClaim()
const records = await claim?.read(claim.committed, { recordsMax: 1000, bytesMax: 1024 * 1024 })
await claim?.commit((records?.at(-1)?.offset ?? -1) + 1)
await log.close()

//#endregion

export { directory, records }
