import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** An environment for programs that keep notes in the user's folder: an empty one, for as long as they run. */
export const ownHome = async () => {
  const HOME = await mkdtemp(join(tmpdir(), 'client-home-'))
  return {
    env: { PATH: process.env['PATH'] ?? '', HOME },
    remove: () => rm(HOME, { recursive: true, force: true, maxRetries: 3 }),
  }
}
