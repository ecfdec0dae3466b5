import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'

interface Pinned {
  /** Of its folder in the cache. */
  readonly name: string
  /** The file that says what is brought. It lies beside it: another one brings another. */
  readonly pin: string
  /** Puts all of it into a folder that is there and empty. */
  readonly bring: (arriving: string, folder: string) => Promise<void>
}

/** Gives the folder of what a file pins, brought once and kept. Another process sees all of it or nothing. */
export const cached = async ({ name, pin, bring }: Pinned): Promise<string> => {
  const folder = join(cacheFolder(), name)
  const isWhole = (): boolean => {
    const copied = join(folder, basename(pin))
    return existsSync(copied) && readFileSync(copied, 'utf8') === readFileSync(pin, 'utf8')
  }
  if (isWhole()) return folder
  mkdirSync(dirname(folder), { recursive: true })
  const arriving = mkdtempSync(`${folder}-`)
  try {
    await bring(arriving, folder)
    cpSync(pin, join(arriving, basename(pin)))
    // Another process was as quick, and what it started may be running from there.
    if (isWhole()) return folder
    rmSync(folder, { recursive: true, force: true })
    renameSync(arriving, folder)
    return folder
  } finally {
    rmSync(arriving, { recursive: true, force: true })
  }
}

const cacheFolder = (): string =>
  resolve(
    process.env['ENGINES_CACHE'] ??
      join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'mcp-sentinel'),
  )
