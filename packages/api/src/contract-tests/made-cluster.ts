import { hash, randomUUID } from 'node:crypto'
import { cpSync, existsSync } from 'node:fs'
import { readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createEmbeddedPostgres } from '@mcp-sentinel/embedded/postgres'

const root = new URL('../../../../', import.meta.url)
/** What a cluster depends on: the engine, and how it is asked to make one. No table of ours is in it. */
const causes = ['node_modules/@electric-sql/pglite/package.json', 'packages/embedded/src/postgres.ts']

/**
 * Puts a cluster without tables where an engine will look for one. To make one takes seconds, to copy it a tenth of that:
 * it is made once for all suites, and anew when one of its causes has changed.
 */
export const copyMadeCluster = async (dataDirectory: string): Promise<void> =>
  cpSync(join(await madeCluster(), 'data'), join(dataDirectory, 'data'), { recursive: true })

const madeCluster = async (): Promise<string> => {
  const texts = await Promise.all(causes.map((path) => readFile(new URL(path, root), 'utf8')))
  const digest = hash('sha256', texts.join('\0'), 'hex').slice(0, 16)
  const place = fileURLToPath(new URL(`node_modules/.cache/mcp-sentinel-postgres-${digest}`, root))
  if (existsSync(place)) return place
  const making = `${place}.${randomUUID()}`
  await (await createEmbeddedPostgres({ dataDirectory: making })).close()
  await rename(making, place).catch(async (error: NodeJS.ErrnoException) => {
    // Another suite was quicker.
    if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error
    await rm(making, { recursive: true })
  })
  return place
}
