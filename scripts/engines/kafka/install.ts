import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { run } from '../../run.ts'
import { installWithApt, works } from '../apt.ts'
import type { Say } from '../engine.ts'

const oldestJava = 17
const folder = import.meta.dirname
const pom = join(folder, 'pom.xml')
// Spelled out, so that a failure names its cause; by its short name, Maven would only say that it found no such plug-in.
const copyDependencies = 'org.apache.maven.plugins:maven-dependency-plugin:copy-dependencies'

/** Gives the class path of a Kafka broker, from the cache when it is there, and brings it and Java when they are not. */
export const installKafka = async (say: Say): Promise<string> => {
  const version = process.env['ENGINES_KAFKA_VERSION'] ?? pinnedVersion()
  const jars = join(cacheFolder(), `kafka-${version}`)
  if (!(await hasJava())) await installWithApt(java, say)
  if (!isWhole(jars)) {
    if (!(await hasMaven())) await installWithApt(maven, say)
    await fetchJars(jars, version, say)
  }
  return join(jars, '*')
}

/** The pom lies beside the jars that it brought: another pom brings others. */
const isWhole = (jars: string): boolean => {
  const copied = join(jars, 'pom.xml')
  return existsSync(copied) && readFileSync(copied, 'utf8') === readFileSync(pom, 'utf8')
}

const pinnedVersion = (): string => {
  const version = /<kafka\.version>(.+)<\/kafka\.version>/.exec(readFileSync(pom, 'utf8'))?.[1]
  if (version === undefined) throw new Error(`${pom} names no kafka.version`)
  return version
}

const cacheFolder = (): string =>
  resolve(
    process.env['ENGINES_CACHE'] ??
      join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'mcp-sentinel'),
  )

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

/** Into a folder of its own first: another process either sees all of the jars or none. */
const fetchJars = async (jars: string, version: string, say: Say): Promise<void> => {
  say(`kafka: fetching Kafka ${version} with Maven into ${jars}`)
  mkdirSync(dirname(jars), { recursive: true })
  const arriving = mkdtempSync(`${jars}-`)
  try {
    const goal = [copyDependencies, '-DincludeScope=runtime', `-DoutputDirectory=${arriving}`]
    const flags = [
      '-B',
      '-q',
      '-Dstyle.color=never',
      '--strict-checksums',
      '-f',
      pom,
      `-Dkafka.version=${version}`,
    ]
    const { code, output } = await run('mvn', [...flags, ...goal], dirname(jars))
    if (code !== 0) throw new Error(`Maven brought no Kafka ${version}:\n${output}`)
    cpSync(pom, join(arriving, 'pom.xml'))
    // Another process was as quick, and its broker may be running from there.
    if (isWhole(jars)) return
    rmSync(jars, { recursive: true, force: true })
    renameSync(arriving, jars)
  } finally {
    rmSync(arriving, { recursive: true, force: true })
  }
}
