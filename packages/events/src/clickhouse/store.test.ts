import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createEmbeddedClickHouse } from '@mcp-sentinel/embedded'
import { eventStoreContract } from '../contract-tests/event-store.ts'

eventStoreContract('events in an embedded ClickHouse', async () => {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'event-store-'))
  const engine = await createEmbeddedClickHouse({ dataDirectory })
  return {
    url: engine.url,
    close: async () => {
      await engine.close()
      await rm(dataDirectory, { recursive: true })
    },
  }
})
