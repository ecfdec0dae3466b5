import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createEmbeddedClickHouse } from '@mcp-sentinel/embedded'
import { eventQuestionsContract } from '../contract-tests/event-questions.ts'

eventQuestionsContract('questions to an embedded ClickHouse', async () => {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'event-questions-'))
  const { url, readerUrl, close } = await createEmbeddedClickHouse({ dataDirectory })
  return {
    url,
    readerUrl,
    close: async () => {
      await close()
      await rm(dataDirectory, { recursive: true })
    },
  }
})
