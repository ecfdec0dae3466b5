import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { type Admin, Kafka, logLevel } from 'kafkajs'
import { faultsOf } from '../../run.ts'
import { type Child, startChild } from '../child.ts'
import type { Engine, RunningEngine } from '../engine.ts'
import { freePorts } from '../free-ports.ts'
import { installKafka } from './install.ts'

const readyWithinMs = 60_000
const askEveryMs = 50
const portTriesMax = 3
const logShownChars = 3000

export const kafka: Engine = {
  about: 'Apache Kafka: one broker that is its own controller (KRaft)',
  variables: ['KAFKA_BROKERS'],
  async install(say) {
    await installKafka(say)
  },
  async start(say) {
    const classPath = await installKafka(say)
    for (let tries = 1; ; tries += 1) {
      try {
        return await startBroker(classPath)
      } catch (error) {
        // Somebody else took a port between its choice and its use.
        if (tries === portTriesMax || !String(error).includes('Address already in use')) throw error
      }
    }
  },
}

const startBroker = async (classPath: string): Promise<RunningEngine> => {
  const folder = mkdtempSync(join(tmpdir(), 'mcp-sentinel-kafka-'))
  const remove = () => rmSync(folder, { recursive: true, force: true })
  const [port = 0, controllerPort = 0] = await freePorts(2)
  const address = `127.0.0.1:${port}`
  const java = ['-Xmx384m', '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn', '-cp', classPath]
  const settings = join(folder, 'server.properties')
  const place = { folder, log: join(folder, 'broker.log') }
  let broker: Child | undefined

  const restart = async (): Promise<void> => {
    const started = await startChild('java', [...java, 'kafka.Kafka', settings], place)
    broker = started
    let dead: string | undefined
    void started.ended.then((how) => (dead = `the broker ${how} before it served`))
    const fault = await whenServing(address, () => dead)
    if (fault === undefined) return
    await started.kill()
    throw new Error(`${fault}. The end of its log:\n${readFileSync(place.log, 'utf8').slice(-logShownChars)}`)
  }

  const kill = async (): Promise<void> => broker?.kill()

  try {
    writeFileSync(settings, settingsOf(address, `127.0.0.1:${controllerPort}`, join(folder, 'data')))
    const format = ['kafka.tools.StorageTool', 'format', '-t', clusterId, '-c', settings]
    const faults = await faultsOf('java', [...java, ...format], folder)
    if (faults.length > 0)
      throw new Error(`the broker's storage could not be formatted:\n${faults.join('\n')}`)
    await restart()
  } catch (error) {
    remove()
    throw error
  }
  return {
    env: { KAFKA_BROKERS: address },
    kill,
    restart,
    freeze: async () => broker?.freeze(),
    thaw: async () => broker?.thaw(),
    async stop() {
      await kill()
      remove()
    },
  }
}

// A UUID in the form that the storage tool wants. One for all: brokers on a single machine's loopback never meet.
const clusterId = 'bWNwLXNlbnRpbmVsLWthZg'

const settingsOf = (address: string, controller: string, data: string): string =>
  Object.entries({
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@${controller}`,
    listeners: `PLAINTEXT://${address},CONTROLLER://${controller}`,
    'advertised.listeners': `PLAINTEXT://${address}`,
    'controller.listener.names': 'CONTROLLER',
    'log.dirs': data,
    // A topic that nobody created is a fault of the program under test.
    'auto.create.topics.enable': false,
    // One broker: nothing can be replicated.
    'offsets.topic.replication.factor': 1,
    'offsets.topic.num.partitions': 1,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'transaction.state.log.num.partitions': 1,
    // After a crash the controller lets the broker in again when the session of its former life has run out.
    'broker.session.timeout.ms': 2000,
    'broker.heartbeat.interval.ms': 300,
    // Tests that end or lose a member do not wait for what people wait for.
    'group.initial.rebalance.delay.ms': 0,
    'group.min.session.timeout.ms': 500,
  })
    .map(([name, value]) => `${name}=${value}\n`)
    .join('')

/** Asks until the broker knows itself, its controller and a leader for all that is stored; else gives the fault. */
const whenServing = async (
  address: string,
  whyNot: () => string | undefined,
): Promise<string | undefined> => {
  const began = Date.now()
  const options = { brokers: [address], logLevel: logLevel.NOTHING, retry: { retries: 0 } }
  const admin = new Kafka({ ...options, clientId: 'engines', connectionTimeout: 1000 }).admin()
  try {
    for (;;) {
      const answer = await serves(admin).catch(String)
      if (answer === true) return undefined
      const fault = whyNot()
      if (fault !== undefined) return fault
      if (Date.now() - began > readyWithinMs)
        return `the broker did not serve within ${readyWithinMs / 1000} s: ${answer}`
      await wait(askEveryMs)
    }
  } finally {
    await admin.disconnect()
  }
}

const serves = async (admin: Admin): Promise<true | string> => {
  await admin.connect()
  const { brokers } = await admin.describeCluster()
  if (brokers.length === 0) return 'no broker is registered'
  await admin.fetchTopicMetadata()
  return true
}
