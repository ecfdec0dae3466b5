import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { createEmbeddedClickHouse } from '@mcp-sentinel/embedded'
import { freePorts } from '../../scripts/engines/free-ports.ts'
import { kafka } from '../../scripts/engines/kafka/broker.ts'
import { killIfThere } from './one-machine-topology.ts'
import { respawn } from './respawned.ts'
import { database, type Topology } from './topology.ts'

const processors = 2

/** Every part a process of its own, as in a cluster: a broker, ingest, two processors, ClickHouse. */
export const startOnKafka = async (folder: string, said: (text: string) => void): Promise<Topology> => {
  const parts = new AsyncDisposableStack()
  try {
    const broker = await kafka.start((line) => console.log(`  ${line}`))
    parts.defer(broker.stop)
    const engine = await createEmbeddedClickHouse({ dataDirectory: join(folder, 'clickhouse'), report: said })
    parts.defer(engine.close)
    const [port = 0, ...metricsPorts] = await freePorts(2 + processors)
    const apiKey = randomBytes(24).toString('base64url')
    const env = {
      ...broker.env,
      HOST: '127.0.0.1',
      LOG_LEVEL: 'warn',
      CLICKHOUSE_URL: engine.url,
      CLICKHOUSE_DB: database,
      FLUSH_INTERVAL: '50ms',
      KAFKA_PARTITIONS: '4',
      INGEST_API_KEYS: apiKey,
    }
    const ingestMain = new URL('../../packages/ingest/src/main.ts', import.meta.url)
    const processorMain = new URL('../../packages/processor/src/main.ts', import.meta.url)
    await promisify(execFile)(
      process.execPath,
      ['--conditions=@mcp-sentinel/source', processorMain.pathname, '--migrate'],
      { env: { ...process.env, ...env } },
    )

    const ingest = respawn({
      module: ingestMain,
      env: { ...env, PORT: String(port), METRICS_PORT: String(metricsPorts[0]) },
      said,
    })
    parts.defer(ingest.close)
    const running = Array.from({ length: processors }, (_, index) =>
      respawn({
        module: processorMain,
        env: { ...env, METRICS_PORT: String(metricsPorts[index + 1]) },
        said,
      }),
    )
    for (const one of running) parts.defer(one.close)

    return {
      name: 'processes apart, Kafka',
      ingestUrl: `http://127.0.0.1:${port}/events`,
      apiKey,
      clickhouseUrl: () => engine.url,
      victims: [
        { name: 'ingest', kill: ingest.kill },
        ...running.map(({ kill }, index) => ({ name: `processor ${index + 1}`, kill })),
        { name: 'clickhouse', kill: async () => killIfThere(engine.pid()) },
        {
          name: 'kafka',
          kill: async () => {
            await broker.kill()
            await broker.restart()
          },
        },
      ],
      close: () => parts.disposeAsync(),
    }
  } catch (error) {
    await parts.disposeAsync()
    throw error
  }
}
