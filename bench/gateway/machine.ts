import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type Child, startChild } from '../pipeline/child.ts'
import type { Seat } from './rounds.ts'
import { type Sidecar, startSidecar } from './sidecar.ts'

/** What all parts of the bench use, and for how long they measure. */
export interface Machine {
  readonly folder: string
  readonly load: Child<unknown>
  readonly ingest: Child<{ readonly url: string }>
  readonly rounds: number
  readonly durationMs: number
  readonly warmUpMs: number
}

/** As many as keep a process busy. */
export const connections = 32

export const startUpstream = (name: 'stub' | 'v2'): Promise<Child<{ readonly url: string }>> =>
  startChild(new URL('../../fixtures/main.ts', import.meta.url), [
    name,
    ...(name === 'stub' ? ['--calls-max', '0'] : []),
  ])

/** A script that tells where it is, and what it costs when it is asked. */
export const startSeat = async (script: URL, args: readonly string[]): Promise<Seat> => {
  const { ready, ask, close } = await startChild<{ readonly url: string }>(script, args)
  const cpuUs = async (): Promise<number> => (await ask<{ readonly cpuUs: number }>('cpu')).cpuUs
  return { url: ready.url, cpuUs, close }
}

export const sidecarIn = async (
  { folder }: Machine,
  name: string,
  where: { readonly upstreamUrl: string; readonly ingestUrl?: string },
): Promise<Sidecar> => {
  await mkdir(join(folder, name))
  return startSidecar({ folder: join(folder, name), ...where })
}

export const decisionsIn = async ({ ingest }: Machine): Promise<number> =>
  (await ingest.ask<{ readonly decisions: number }>('decisions')).decisions
