import { closeSync, fdatasync, openSync, writeSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { promisify } from 'node:util'
import { createSpool, type Spool } from '../../packages/events/src/adapters/spool.ts'
import type { RequestRecord } from '../../packages/events/src/envelope.ts'
import { type SyncFiles, syncFiles } from '../../packages/events/src/segment/sync-files.ts'

const GiB = 1024 ** 3

/** What a gateway tells of an ordinary tool call. */
export const recordOf = (n: number): RequestRecord => ({
  admin_trust: 'high',
  agent_id: 'ops-agent',
  audit: 'best-effort',
  bytes_in: 312,
  bytes_out: 1840,
  cluster: 'local',
  consented_trust: 'medium',
  decision: 'allow',
  decision_id: `0197a3c1-7d1e-7abc-8def-${n.toString(16).padStart(12, '0')}`,
  effective_trust: 'medium',
  evaluator: 'mcp-sentinel/0.1.0',
  human_id: 'alice@example.com',
  latency_ms: 12.7,
  matched_grant: 'payments-ops',
  matched_session: 'session-1',
  method: 'POST',
  namespace: 'mcp-servers',
  outcome: 'closed',
  path: '/mcp',
  policy_revision: 'sha256:5b7e1f0a9c3d',
  policy_version: 'v1',
  reason: 'allowed',
  required_trust: 'low',
  rpc_method: 'tools/call',
  server: 'payments',
  session_id: 'session-1',
  status: 200,
  subject_team_id: 'team-ops',
  team_id: 'team-payments',
  tool_name: 'refund_invoice',
})

export const trace = { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' }

export interface Measured {
  readonly perS: number
  readonly floorPerS: number
  readonly cpuUs: number
  readonly eventBytes: number
}

/** As many as come in one turn of a busy gateway's event loop. */
const perTurn = 64
/** Made before the clock runs: what they tell, a gateway has at hand. */
const ready = Array.from({ length: 4096 }, (_, n) => recordOf(n))

/** Records for a while, then writes the same bytes by plain calls. */
export const recordRound = (roundMs: number): Promise<Measured> =>
  inDirectory(async (directory) => {
    const { files, lengths } = recordedFiles()
    const spool = await openSpool(directory, files)
    lengths.length = 0
    const cpu = process.cpuUsage()
    const start = performance.now()
    let records = 0
    for (const end = start + roundMs; performance.now() < end; await setImmediate())
      for (let n = 0; n < perTurn; n++)
        if (spool.record(ready[records % ready.length] as RequestRecord, trace)) records++
    const tookMs = performance.now() - start
    const { user, system } = process.cpuUsage(cpu)
    const asked = [...lengths]
    await spool.close()
    const floorMs = await replay(join(directory, 'floor'), asked)
    return {
      perS: (records / tookMs) * 1000,
      floorPerS: (records / floorMs) * 1000,
      cpuUs: (user + system) / records,
      eventBytes: asked.reduce((sum, bytes) => sum + bytes, 0) / records,
    }
  })

export interface Waited {
  readonly p50Us: number
  readonly floorP50Us: number
}

const datasync = promisify(fdatasync)

/**
 * One call after the other, each time an intent and then the same bytes by plain calls. What is synced is both times an
 * intent and the event that closed the call before.
 */
export const intentRound = (calls: number): Promise<Waited> =>
  inDirectory(async (directory) => {
    const spool = await openSpool(directory, syncFiles)
    const bare = openSync(join(directory, 'bare'), 'w')
    const [waits, floors]: [number[], number[]] = [[], []]
    const bytes = Buffer.alloc(64 * 1024, 'x')
    let position = 0
    const writeBare = (length: number): void => {
      position += writeSync(bare, bytes, 0, length, position)
    }
    for (let n = 0; n < calls; n++) {
      const before = spool.stats().bytes
      const start = performance.now()
      const intent = await spool.begin(recordOf(n), trace)
      waits.push(performance.now() - start)
      const begun = spool.stats().bytes
      intent.close(recordOf(n))
      const closed = spool.stats().bytes
      const bareStart = performance.now()
      writeBare(begun - before)
      await datasync(bare)
      floors.push(performance.now() - bareStart)
      writeBare(closed - begun)
    }
    closeSync(bare)
    await spool.close()
    return { p50Us: median(waits) * 1000, floorP50Us: median(floors) * 1000 }
  })

/** Many callers at once, each of which waits for its intent before it closes it and begins the next. */
export const intentsPerS = (callers: number, roundMs: number): Promise<number> =>
  inDirectory(async (directory) => {
    const spool = await openSpool(directory, syncFiles)
    const start = performance.now()
    let calls = 0
    const call = async (): Promise<void> => {
      while (performance.now() < start + roundMs) {
        const record = recordOf(calls++)
        ;(await spool.begin(record, trace)).close(record)
      }
    }
    await Promise.all(Array.from({ length: callers }, call))
    const perS = (calls / (performance.now() - start)) * 1000
    await spool.close()
    return perS
  })

export const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN

const openSpool = (directory: string, files: SyncFiles): Promise<Spool> =>
  createSpool({
    directory: join(directory, 'spool'),
    producer: 'mcp-servers/payments/pod-1',
    source: 'mcp-gateway',
    bytesMax: 16 * GiB,
    segmentBytesMax: 64 * 1024 ** 2,
    files,
  })

const recordedFiles = () => {
  const lengths: number[] = []
  const files: SyncFiles = {
    ...syncFiles,
    open: (path, flags) => {
      const file = syncFiles.open(path, flags)
      return {
        ...file,
        write: (bytes, length, offset, position) => {
          lengths.push(length - offset)
          return file.write(bytes, length, offset, position)
        },
      }
    },
  }
  return { files, lengths }
}

const replay = async (path: string, lengths: readonly number[]): Promise<number> => {
  const bytes = Buffer.alloc(
    lengths.reduce((most, length) => Math.max(most, length), 0),
    'x',
  )
  const file = openSync(path, 'w')
  let position = 0
  const start = performance.now()
  for (const [n, length] of lengths.entries()) {
    position += writeSync(file, bytes, 0, length, position)
    if (n % perTurn === 0) await setImmediate()
  }
  const tookMs = performance.now() - start
  closeSync(file)
  return tookMs
}

const inDirectory = async <T>(measure: (directory: string) => Promise<T>): Promise<T> => {
  const directory = await mkdtemp(join(tmpdir(), 'spool-bench-'))
  try {
    return await measure(directory)
  } finally {
    await rm(directory, { recursive: true })
  }
}
