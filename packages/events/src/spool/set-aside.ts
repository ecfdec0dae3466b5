import { readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { openFile, syncDirectory } from '../segment/files.ts'

/**
 * Gives the segment files of a directory names that nobody reads, and returns them. Where shipping stood is forgotten
 * first: its offset means nothing to the files that come.
 */
export const setAside = async (directory: string, nowMs: number): Promise<readonly string[]> => {
  await rm(join(directory, 'shipper.group'), { force: true })
  await syncDirectory(directory, openFile)
  const names = (await readdir(directory)).filter((name) => name.endsWith('.segment')).sort()
  const aside: string[] = []
  for (const name of names) {
    const path = join(directory, `${name}.${nowMs}.unreadable`)
    await rename(join(directory, name), path)
    aside.push(path)
  }
  await syncDirectory(directory, openFile)
  return aside
}
