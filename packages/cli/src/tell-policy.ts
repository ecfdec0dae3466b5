import { stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { resourceFile } from '@mcp-sentinel/resources/adapters/directory'
import type { PolicyChange } from '@mcp-sentinel/resources/rendered-policies'
import { inForce } from './in-force.ts'

export interface TellPolicyOptions {
  /** Of the resources. */
  readonly folder: string
  /** How the folder is called before people. */
  readonly folderName: string
  /** Of the gateway. */
  readonly statusUrl: string
  readonly print: (line: string) => void
  /** Called with each policy that is in force. */
  readonly arrived: (revision: string) => Promise<void>
  /** Called when a policy other than the first is in force. */
  readonly afterwards: () => Promise<void>
}

const withinMs = 10_000

/** Follows policies to where they are in force, and prints how long that took since their files were saved. */
export const createTellPolicy = (options: TellPolicyOptions) => {
  const { folder, folderName, statusUrl, print, arrived, afterwards } = options
  const { promise: first, resolve, reject } = Promise.withResolvers<void>()
  let before: string | undefined
  let next: PolicyChange | undefined
  let isTelling = false

  const tellOne = async ({ policy, because }: PolicyChange): Promise<void> => {
    const revision = policy.document.revision ?? ''
    const savedAt = await latest(because.map((one) => join(folder, resourceFile(one.kind, one))))
    const at = await inForce({ statusUrl, revision, withinMs, isPast: () => next !== undefined })
    if (at === undefined) {
      if (next !== undefined) next = { ...next, because: [...because, ...next.because] }
      return
    }
    const was = before
    before = revision
    if (was !== undefined) {
      const took = savedAt === undefined ? '' : ` after ${Math.max(0, Math.round(at - savedAt))} ms`
      print('')
      print(`  policy  ${short(was)} → ${short(revision)} in force${took}  (${placeOf(because, folderName)})`)
    }
    for (const { kind, namespace, name, verdict } of policy.findings) {
      const file = join(folderName, resourceFile(kind, { namespace, name }))
      if (verdict.reason !== 'Rendered') print(`  ${file}: ${verdict.message} (${verdict.reason})`)
    }
    if (policy.findings.length === 0)
      print('  there is no such server among the resources: every call is refused')
    await arrived(revision)
    resolve()
    if (was !== undefined) await afterwards()
  }

  return {
    /** Settles with the first policy. */
    first,
    tell: async (change: PolicyChange): Promise<void> => {
      next = change
      if (isTelling) return
      isTelling = true
      while (next !== undefined) {
        const one: PolicyChange = next
        next = undefined
        await tellOne(one).catch((error: Error) => {
          reject(error)
          const { revision } = one.policy.document
          print(`  policy  ${short(revision)} is not in force after ${withinMs / 1000} s: ${error.message}`)
        })
      }
      isTelling = false
    },
  }
}

/** When the last of the files was saved, or taken out of its folder. */
const latest = async (paths: readonly string[]): Promise<number | undefined> => {
  const times = await Promise.all(
    paths.map((path) => stat(path).catch(() => stat(dirname(path)).catch(() => undefined))),
  )
  const known = times.flatMap((stats) => (stats === undefined ? [] : [stats.ctimeMs]))
  return known.length === 0 ? undefined : Math.max(...known)
}

const placeOf = (because: PolicyChange['because'], folderName: string): string => {
  const [first, ...more] = new Set(because.map((one) => resourceFile(one.kind, one)))
  if (first === undefined) return 'nothing was saved'
  return `${join(folderName, first)}${more.length === 0 ? '' : ` and ${more.length} more`}`
}

/** `r:9f31c2`: enough to tell two policies apart. */
export const short = (revision = ''): string => `r:${revision.replace('sha256:', '').slice(0, 6)}`
