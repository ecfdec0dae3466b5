import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** An empty directory, and what removes it. */
export const temporaryDirectory = async () => {
  const path = await mkdtemp(join(tmpdir(), 'embedded-'))
  return { path, remove: () => rm(path, { recursive: true, force: true }) }
}
