import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const keptMs = 10_000

/** Reads the token that `<folder>/<file>` names in a folder of mounted secrets, again every few seconds: they change. */
export const createUpstreamTokens = (directory: string, clock: () => number) => {
  const kept = new Map<string, { readonly token: string | undefined; readonly until: number }>()
  return (ref: string): string | undefined => {
    const known = kept.get(ref)
    const now = clock()
    if (known !== undefined && now < known.until) return known.token
    const token = read(directory, ref)
    kept.set(ref, { token, until: now + keptMs })
    return token
  }
}

/** Two names without a way out of the folder. */
const refForm = /^[A-Za-z0-9][A-Za-z0-9._-]*\/[A-Za-z0-9][A-Za-z0-9._-]*$/

const read = (directory: string, ref: string): string | undefined => {
  if (!refForm.test(ref)) return undefined
  try {
    return readFileSync(join(directory, ref), 'utf8').trim() || undefined
  } catch {
    return undefined
  }
}
