import { batches, singles } from './pipeline/intake.ts'
import { onKafka } from './pipeline/on-kafka.ts'
import { storing } from './pipeline/processor.ts'
import { storeDown } from './pipeline/store-down.ts'
import { visibleMs } from './pipeline/visible.ts'
import { type Bench, rounded } from './report.ts'

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN
const perS = (value: number): string => `${Math.round(value).toLocaleString('en')}/s`

const repeat = async <T>(rounds: number, round: () => Promise<T>): Promise<readonly T[]> => {
  const all: T[] = []
  while (all.length < rounds) all.push(await round())
  return all
}

export const bench: Bench = async ({ quick }) => {
  const rounds = quick ? 1 : 5
  const roundMs = quick ? 1_500 : 3_000

  const single = await repeat(rounds, () => singles(roundMs))
  const singleRatio = median(single.map(({ ingest, bare }) => ingest.perS / bare.perS))
  const singleCpu = median(single.map(({ ingest }) => ingest.cpuUs))
  const bareCpu = median(single.map(({ bare }) => bare.cpuUs))
  const durableRatio = median(single.map(({ ingest, durable }) => ingest.perS / durable.perS))
  const durableCpu = median(single.map(({ durable }) => durable.cpuUs))
  console.log(
    `  POST of one event   ${perS(median(single.map(({ ingest }) => ingest.perS)))}, ${singleCpu.toFixed(0)} µs CPU; bare Fastify ${perS(median(single.map(({ bare }) => bare.perS)))}, ${bareCpu.toFixed(0)} µs; ratio ${singleRatio.toFixed(2)}`,
  )
  console.log(
    `    a bare Fastify that syncs the body to the same log: ${perS(median(single.map(({ durable }) => durable.perS)))}, ${durableCpu.toFixed(0)} µs; ratio ${durableRatio.toFixed(2)}`,
  )

  const batch = await repeat(rounds, () => batches(roundMs))
  const batchPerS = median(batch.map((one) => one.perS))
  const batchCpu = median(batch.map((one) => one.cpuUs))
  console.log(`  POST of a thousand  ${perS(batchPerS)}, ${batchCpu.toFixed(1)} µs CPU an event`)

  const stored = await repeat(quick ? 1 : 3, () => storing(quick ? 50_000 : 200_000))
  const storedPerS = median(stored.map(({ processor }) => processor.perS))
  const storedRatio = median(stored.map(({ processor, raw }) => processor.perS / raw.perS))
  const storedCpu = median(stored.map(({ processor }) => processor.cpuUs ?? Number.NaN))
  console.log(
    `  log to store        ${perS(storedPerS)}, ${storedCpu.toFixed(1)} µs CPU a row; raw inserts ${perS(median(stored.map(({ raw }) => raw.perS)))}; ratio ${storedRatio.toFixed(2)}`,
  )

  const visible = await visibleMs(quick ? 30 : 200)
  const visibleP99 = visible[Math.floor(visible.length * 0.99)] ?? Number.NaN
  console.log(`  POST to visible     p50 ${median(visible).toFixed(0)} ms, p99 ${visibleP99.toFixed(0)} ms`)

  const figures = {
    ingest_single_vs_bare_rps: rounded(singleRatio),
    ingest_single_vs_durable_rps: rounded(durableRatio),
    ingest_single_cpu_us: rounded(singleCpu),
    ingest_batch_events_per_s: rounded(batchPerS),
    ingest_batch_cpu_us: rounded(batchCpu),
    processor_rows_per_s: rounded(storedPerS),
    processor_vs_raw_insert: rounded(storedRatio),
    processor_cpu_us: rounded(storedCpu),
    visible_p99_ms: rounded(visibleP99),
  }
  const goals = {
    ingest_single_vs_bare_rps: '>= 0.8',
    ingest_batch_events_per_s: '>= 150000',
    processor_rows_per_s: '>= 80000',
    processor_vs_raw_insert: '>= 0.7',
    visible_p99_ms: '<= 1000',
  }
  if (quick) return { figures, goals }

  const kafka = await onKafka(rounds, roundMs)
  const kafkaRatio = median(kafka.map(({ ingest, rawPerS }) => ingest.perS / rawPerS))
  console.log(
    `  … on Kafka          ${perS(median(kafka.map(({ ingest }) => ingest.perS)))}; the client alone ${perS(median(kafka.map(({ rawPerS }) => rawPerS)))}; ratio ${kafkaRatio.toFixed(2)}`,
  )

  const down = await storeDown(500_000, 60_000)
  console.log(
    `  store away for 60 s ${down.offered} events offered, ${down.lost} lost; ingest at most ${down.ingestMiB.toFixed(0)} MiB, processor ${down.processorMiB.toFixed(0)} MiB; caught up after ${down.caughtUpS.toFixed(0)} s`,
  )
  return {
    figures: {
      ...figures,
      ingest_batch_on_kafka_vs_raw: rounded(kafkaRatio),
      store_down_events: down.offered,
      store_down_lost: down.lost,
      store_down_ingest_mib: rounded(down.ingestMiB),
      store_down_processor_mib: rounded(down.processorMiB),
      store_down_caught_up_s: rounded(down.caughtUpS),
    },
    goals: {
      ...goals,
      ingest_batch_on_kafka_vs_raw: '>= 0.8',
      store_down_lost: '== 0',
      store_down_ingest_mib: '<= 256',
      store_down_processor_mib: '<= 256',
    },
  }
}
