import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { createHttpSink } from '@mcp-sentinel/events/adapters/http-sink'
import { createSpool, type Spool, type SpoolReport } from '@mcp-sentinel/events/adapters/spool'
import type { Recorder } from '@mcp-sentinel/gateway-middleware'
import type { Closing, Logger } from '@mcp-sentinel/service'
import { apiKeyOf, durabilityOf, ingestUrlOf, type Settings } from './config.ts'

export interface OpenedRecorder {
  readonly recorder: Recorder
  readonly spool: Spool | undefined
  readonly closings: readonly Closing[]
}

/** Records go to a spool on this machine first, and from there to ingest. Without either they go nowhere, and that is said. */
export const openRecorder = async (settings: Settings, log: Logger): Promise<OpenedRecorder> => {
  const durability = durabilityOf(settings)
  if (durability === 'none') {
    log.warn('decisions are not recorded: neither ANALYTICS_INGEST_URL nor SPOOL_DIRECTORY is set')
    return { recorder: { record: () => {} }, spool: undefined, closings: [] }
  }
  const url = ingestUrlOf(settings)
  const name = settings.MCP_SERVER_NAME || 'mcp-server'
  const namespace = settings.MCP_SERVER_NAMESPACE || 'default'
  const source = settings.ANALYTICS_SOURCE ?? settings.MCP_ANALYTICS_SOURCE ?? `${name}-gateway`
  const spool = await createSpool({
    directory: settings.SPOOL_DIRECTORY ?? join(tmpdir(), `mcp-sentinel-spool-${namespace}-${name}`),
    producer: `${namespace}/${name}/${hostname()}`,
    source,
    sink: url === undefined ? undefined : createHttpSink({ url, apiKey: apiKeyOf(settings)?.reveal() }),
    bytesMax: settings.SPOOL_BYTES_MAX,
    ...(durability === 'log' && awaited(settings)),
    report: (report) => tell(log, report),
  })
  const drain = async (): Promise<void> => {
    if (!(await spool.drain(drainMs))) log.warn('not all records were shipped; they wait in the spool')
  }
  const closings = [
    ...(url === undefined ? [] : [{ name: 'shipping', deadlineMs: drainMs + 1_000, close: drain }]),
    { name: 'spool', deadlineMs: 5_000, close: spool.close },
  ]
  return { recorder: spool, spool, closings }
}

/** An ingest that was away is tried again while a call waits: else it would be refused for what is long mended. */
const awaited = ({ SPOOL_ACK_TIMEOUT: ackTimeoutMs = 2_000 }: Settings) => ({
  ackTimeoutMs,
  backoff: { minMs: Math.min(100, ackTimeoutMs / 4), maxMs: ackTimeoutMs / 2 },
})

const drainMs = 10_000

const tell = (log: Logger, report: SpoolReport): void => {
  const { level, message } = told[report.kind]
  const { kind, ...rest } = report
  log[level]('error' in rest ? { ...rest, error: undefined, err: rest.error } : rest, message)
}

const told: Readonly<
  Record<SpoolReport['kind'], { readonly level: 'info' | 'warn' | 'error'; readonly message: string }>
> = {
  resumed: { level: 'info', message: 'records are shipped again' },
  blocked: { level: 'warn', message: 'records cannot be shipped' },
  unknown: { level: 'warn', message: 'calls were open when this gateway died; their end is unknown' },
  'torn-tail': { level: 'warn', message: 'the spool was half written, and its end was cut off' },
  loss: { level: 'error', message: 'records are lost for want of room; a gap will say how many' },
  rejected: { level: 'error', message: 'ingest refused records; they are in rejected.ndjson' },
  unreadable: { level: 'error', message: 'files of the spool are damaged' },
  failed: { level: 'error', message: 'the spool takes no more records' },
}
