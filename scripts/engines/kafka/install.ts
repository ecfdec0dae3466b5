import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { run } from '../../run.ts'
import { installWithApt, works } from '../apt.ts'
import { cached } from '../cache.ts'
import type { Say } from '../engine.ts'

const oldestJava = 17
const folder = import.meta.dirname
const pom = join(folder, 'pom.xml')
// Spelled out, so that a failure names its cause; by its short name, Maven would only say that it found no such plug-in.
const copyDependencies = 'org.apache.maven.plugins:maven-dependency-plugin:copy-dependencies'

/** Gives the class path of a Kafka broker, from the cache when it is there, and brings it and Java when they are not. */
export const installKafka = async (say: Say): Promise<string> => {
  const version = process.env['ENGINES_KAFKA_VERSION'] ?? pinnedVersion()
  if (!(await hasJava())) await installWithApt(java, say)
  const jars = await cached({
    name: `kafka-${version}`,
    pin: pom,
    async bring(arriving, jars) {
      if (!(await hasMaven())) await installWithApt(maven, say)
      say(`kafka: fetching Kafka ${version} with Maven into ${jars}`)
      await fetchJars(arriving, version)
    },
  })
  return join(jars, '*')
}

const pinnedVersion = (): string => {
  const version = /<kafka\.version>(.+)<\/kafka\.version>/.exec(readFileSync(pom, 'utf8'))?.[1]
  if (version === undefined) throw new Error(`${pom} names no kafka.version`)
  return version
}

const hasJava = async (): Promise<boolean> => {
  const { output } = await run('java', ['-version'], folder)
  return Number(/version "(\d+)/.exec(output)?.[1]) >= oldestJava
}

const hasMaven = (): Promise<boolean> => works('mvn')

const java = {
  engine: 'kafka',
  name: 'openjdk-17-jre-headless',
  what: `Java ${oldestJava} or newer`,
  isThere: hasJava,
}
const maven = { engine: 'kafka', name: 'maven', what: 'Maven', isThere: hasMaven }

const fetchJars = async (jars: string, version: string): Promise<void> => {
  const goal = [copyDependencies, '-DincludeScope=runtime', `-DoutputDirectory=${jars}`]
  const flags = [
    '-B',
    '-q',
    '-Dstyle.color=never',
    '--strict-checksums',
    '-f',
    pom,
    `-Dkafka.version=${version}`,
  ]
  const { code, output } = await run('mvn', [...flags, ...goal], jars)
  if (code !== 0) throw new Error(`Maven brought no Kafka ${version}:\n${output}`)
}
