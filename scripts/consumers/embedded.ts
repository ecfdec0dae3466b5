import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createEmbeddedClickHouse, EmbeddedError } from '@mcp-sentinel/embedded'

const directory = mkdtempSync(join(tmpdir(), 'embedded-'))
try {
  const clickhouse = await createEmbeddedClickHouse({ dataDirectory: directory })
  const { origin, username, password } = new URL(clickhouse.readerUrl)
  const headers = { 'X-ClickHouse-User': username, 'X-ClickHouse-Key': password }
  const answer = await (await fetch(`${origin}/?query=SELECT+1`, { headers })).text()
  await clickhouse.close()
  if (answer !== '1\n') throw new Error(`the engine should answer 1, and says ${answer}`)
} catch (error) {
  // Installed without its optional engine, it says so.
  if (!(error instanceof EmbeddedError) || error.code !== 'engine_missing') throw error
} finally {
  rmSync(directory, { recursive: true, force: true })
}
