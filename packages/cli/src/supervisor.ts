import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type Component, WorkloadError, type Workloads } from '@mcp-sentinel/resources/workloads'
import type { Run } from './supervised/part.ts'
import { type Supervised, supervise } from './supervised/supervise.ts'

export interface SupervisorOptions {
  /** Of the resources: each namespace is a folder in it. */
  readonly folder: string
  /** What somebody should read. */
  readonly report: (line: string) => void
  /** Epoch milliseconds. */
  readonly clock?: (() => number) | undefined
  readonly backoffMs?: { readonly first: number; readonly max: number } | undefined
}

export interface Supervisor {
  readonly workloads: Workloads
  /** Starts a part that comes after those before it, and keeps it running. Rejects when it cannot start. */
  readonly run: Run
  /** Ends all parts, the last one first. */
  readonly close: () => Promise<void>
}

const namespacePattern = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/

/** What runs on one machine: parts in this process and beside it, each restarted when it ends. */
export const createSupervisor = (options: SupervisorOptions): Supervisor => {
  const { folder, report, clock = Date.now, backoffMs = { first: 250, max: 30_000 } } = options
  const parts = new Map<string, Supervised>()
  let restartingAll: Promise<void> | undefined

  const partOf = (key: string): Supervised => {
    const part = parts.get(key)
    if (part !== undefined) return part
    const known = [...parts.keys()].join(', ')
    throw new WorkloadError('unknown_component', `there is no component ${key}; known are ${known}`)
  }
  const demandStill = (some: readonly Supervised[]): void => {
    const turning = some.find((part) => part.isRestarting())
    if (turning === undefined && restartingAll === undefined) return
    const message = `${turning?.part.key ?? 'one after the other'} is being restarted already`
    throw new WorkloadError('conflict', message, { retryable: true })
  }
  const oneByOne = async (some: readonly Supervised[]): Promise<void> => {
    for (const part of some) await part.restart()
  }

  const workloads: Workloads = {
    components: () => Promise.all([...parts.values()].map(componentOf)),
    restart: async (which) => {
      const some = 'all' in which ? [...parts.values()] : [partOf(which.component)]
      demandStill(some)
      const restarting = oneByOne(some).finally(() => {
        if (restartingAll === restarting) restartingAll = undefined
      })
      if ('all' in which) restartingAll = restarting
      restarting.catch((error: Error) => report(`a restart failed, and went no further: ${error.message}`))
      return some.map(({ part }) => part.key)
    },
    logs: async (component, query) => partOf(component).log.read(query),
    deployments: {
      list: async () => [],
      apply: () => Promise.reject(noCluster()),
      delete: () => Promise.reject(noCluster()),
    },
    namespaces: {
      list: async () => {
        const entries = await readdir(folder, { withFileTypes: true })
        const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name)
        return names.filter((name) => namespacePattern.test(name)).sort()
      },
      // Quotas and network policies have nothing to hold here: one machine is one tenant of its system.
      provision: async ({ name }) => {
        if (!namespacePattern.test(name))
          throw new WorkloadError('invalid', `${name} is no name of a namespace`)
        await mkdir(join(folder, name), { recursive: true })
      },
    },
  }

  return {
    workloads,
    run: async (part) => {
      const supervised = supervise({ part, report, clock, backoffMs })
      await supervised.start()
      parts.set(part.key, supervised)
    },
    close: async () => {
      for (const part of [...parts.values()].reverse()) await part.close()
      await restartingAll?.catch(() => undefined)
    },
  }
}

const componentOf = async ({ part, status: statusOf }: Supervised): Promise<Component> => {
  const { key, display, namespace } = part
  const { status, message } = await statusOf()
  const ready = status === 'Ready' ? '1/1' : '0/1'
  return { key, display, namespace, kind: 'Process', resource: key, status, ready, message }
}

const noCluster = (): WorkloadError =>
  new WorkloadError('unsupported', 'deployments need a cluster, and this is one machine')
