import { execFile, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { promisify } from 'node:util'
import { createEmbeddedClickHouse } from '@mcp-sentinel/embedded'
import { createClickHouse } from '@mcp-sentinel/events/clickhouse'
import { freePorts } from '../../scripts/engines/free-ports.ts'
import { kafka } from '../../scripts/engines/kafka/broker.ts'
import { makeEvents } from './events.ts'

export interface StoreDown {
  readonly offered: number
  readonly lost: number
  /** The most that each process ever held. */
  readonly ingestMiB: number
  readonly processorMiB: number
  /** From the store's return until all of it was stored. */
  readonly caughtUpS: number
}

const batchEvents = 1_000
const apiKey = randomBytes(24).toString('base64url')

/** A way to a port that can be closed and opened again. */
const startGate = async (target: number) => {
  const open = new Set<Socket>()
  const [port = 0] = await freePorts(1)
  const server = createServer((socket) => {
    const through = connect(target, '127.0.0.1')
    for (const one of [socket, through]) {
      open.add(one)
      one.on('error', () => {}).on('close', () => open.delete(one))
    }
    socket.pipe(through).pipe(socket)
  })
  const listen = async (): Promise<void> => {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
  }
  const close = async (): Promise<void> => {
    if (!server.listening) return
    const closed = once(server, 'close')
    server.close()
    for (const socket of open) socket.destroy()
    await closed
  }
  await listen()
  return { port, listen, close }
}

const peakMiB = (pid: number): number =>
  Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024

/** Events are offered as quickly as they are taken while the store is away, on Kafka, each service a process. */
export const storeDown = async (offered: number, downMs: number): Promise<StoreDown> => {
  const directory = await mkdtemp(join(tmpdir(), 'bench-store-down-'))
  const parts = new AsyncDisposableStack()
  parts.defer(() => rm(directory, { recursive: true }))
  try {
    const broker = await kafka.start((line) => console.log(`  ${line}`))
    parts.defer(broker.stop)
    const engine = await createEmbeddedClickHouse({ dataDirectory: join(directory, 'clickhouse') })
    parts.defer(engine.close)
    const { port: enginePort } = new URL(engine.url)
    const gate = await startGate(Number(enginePort))
    parts.defer(gate.close)
    const gateUrl = new URL(engine.url)
    gateUrl.port = String(gate.port)
    const [port, ingestMetrics, processorMetrics] = await freePorts(3)
    const env = {
      ...process.env,
      ...broker.env,
      HOST: '127.0.0.1',
      PORT: String(port),
      LOG_LEVEL: 'error',
      INGEST_API_KEYS: apiKey,
      CLICKHOUSE_URL: gateUrl.href,
      KAFKA_PARTITIONS: '4',
    }
    const sources = '--conditions=@mcp-sentinel/source'
    // As their own first lines say.
    const flags = {
      ingest: ['--max-semi-space-size=16'],
      processor: ['--max-semi-space-size=4', '--max-old-space-size=2000'],
    }
    const mainOf = (name: string) => new URL(`../../packages/${name}/src/main.ts`, import.meta.url).pathname
    await promisify(execFile)(process.execPath, [sources, mainOf('processor'), '--migrate'], { env })
    const start = (name: 'ingest' | 'processor', metricsPort: number | undefined) => {
      const child = spawn(process.execPath, [sources, ...flags[name], mainOf(name)], {
        env: { ...env, METRICS_PORT: String(metricsPort) },
        stdio: ['ignore', 'ignore', 'inherit'],
      })
      parts.defer(async () => {
        const gone = once(child, 'exit')
        child.kill('SIGTERM')
        await gone
      })
      return child.pid ?? 0
    }
    const ingestPid = start('ingest', ingestMetrics)
    const processorPid = start('processor', processorMetrics)
    await until(async () => (await fetch(`http://127.0.0.1:${port}/ready`)).ok)
    await until(async () => (await fetch(`http://127.0.0.1:${processorMetrics}/ready`)).ok)

    const newline = Buffer.from('\n')
    const offer = async (): Promise<void> => {
      for (let made = 0; made < offered; made += batchEvents) {
        const body = Buffer.concat(makeEvents(batchEvents).flatMap(({ bytes }) => [bytes, newline]))
        await postUntilTaken(`http://127.0.0.1:${port}/events`, body)
      }
    }
    await gate.close()
    const back = wait(downMs).then(gate.listen)
    await offer()
    await back
    const began = performance.now()
    const store = createClickHouse({ url: new URL(engine.url), database: 'mcp', application: 'bench' })
    parts.defer(store.close)
    const countStored = async (): Promise<number> =>
      (await store.ask<{ rows: number }>('SELECT toUInt32(uniqExact(id)) AS rows FROM events'))[0]?.rows ?? 0
    await until(async () => (await countStored()) >= offered, 180_000)
    return {
      offered,
      lost: offered - (await countStored()),
      ingestMiB: peakMiB(ingestPid),
      processorMiB: peakMiB(processorPid),
      caughtUpS: (performance.now() - began) / 1000,
    }
  } finally {
    await parts.disposeAsync()
  }
}

/** Waits until it holds, or until it took too long: what then is missing shows in the figures. */
const until = async (holds: () => Promise<boolean>, timeoutMs = 30_000): Promise<void> => {
  const deadline = performance.now() + timeoutMs
  while (performance.now() < deadline && !(await holds().catch(() => false))) await wait(100)
}

const postUntilTaken = async (url: string, body: Buffer): Promise<void> => {
  const headers = { 'content-type': 'application/x-ndjson', 'x-api-key': apiKey }
  for (;;) {
    const response = await fetch(url, { method: 'POST', headers, body }).catch(() => undefined)
    await response?.body?.cancel()
    if (response?.status === 202) return
    await wait(100)
  }
}
