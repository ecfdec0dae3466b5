import { randomBytes } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { faultsOf, run } from '../../run.ts'
import { installWithApt } from '../apt.ts'
import { type Child, startChild } from '../child.ts'
import type { Engine, RunningEngine } from '../engine.ts'
import { freePorts } from '../free-ports.ts'

const readyWithinMs = 30_000
const askEveryMs = 50
const portTriesMax = 3
const logShownChars = 3000

/** Where Debian keeps the versions beside each other. */
const debianFolder = '/usr/lib/postgresql'

export const postgres: Engine = {
  about: 'PostgreSQL: one server on loopback, with a password',
  variables: ['POSTGRES_URL'],
  async install(say) {
    if ((await binaries()) === undefined)
      await installWithApt(
        {
          engine: 'postgres',
          name: 'postgresql',
          what: 'a PostgreSQL server',
          isThere: async () => (await binaries()) !== undefined,
        },
        say,
      )
  },
  async start(say) {
    await postgres.install(say)
    const folder = (await binaries()) ?? ''
    for (let tries = 1; ; tries += 1) {
      try {
        return await startServer(folder)
      } catch (error) {
        // Somebody else took the port between its choice and its use.
        if (tries === portTriesMax || !String(error).includes('Address already in use')) throw error
      }
    }
  },
}

/** The newest that is here: Debian's package puts them on nobody's PATH. */
const binaries = async (): Promise<string | undefined> => {
  const named = await run('pg_config', ['--bindir'], tmpdir())
  const candidates = [...debianVersions(), ...(named.code === 0 ? [named.output.trim()] : [])]
  for (const folder of candidates)
    if ((await run(join(folder, 'postgres'), ['--version'], tmpdir())).code === 0) return folder
  return undefined
}

const debianVersions = (): string[] => {
  try {
    const versions = readdirSync(debianFolder).sort((a, b) => Number(b) - Number(a))
    return versions.map((version) => join(debianFolder, version, 'bin'))
  } catch {
    return []
  }
}

/** It refuses to serve as root; there, it serves as the user that its package made. */
const asOrdinaryUser = (command: string, args: readonly string[]): [string, string[]] =>
  process.getuid?.() === 0
    ? ['setpriv', ['--reuid=postgres', '--regid=postgres', '--clear-groups', command, ...args]]
    : [command, [...args]]

const startServer = async (binariesFolder: string): Promise<RunningEngine> => {
  const folder = mkdtempSync(join(tmpdir(), 'mcp-sentinel-postgres-'))
  const remove = () => rmSync(folder, { recursive: true, force: true })
  const [port = 0] = await freePorts(1)
  const data = join(folder, 'data')
  const place = { folder, log: join(folder, 'log') }
  const password = randomBytes(18).toString('base64url')
  let server: Child | undefined

  const restart = async (): Promise<void> => {
    const settings = {
      listen_addresses: '127.0.0.1',
      port,
      unix_socket_directories: '',
      // As files of its folder: a killed server would leave anything else to the machine.
      dynamic_shared_memory_type: 'mmap',
      max_connections: 100,
    }
    const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
    const [command, args] = asOrdinaryUser(join(binariesFolder, 'postgres'), ['-D', data, ...flags])
    const started = await startChild(command, args, place)
    server = started
    let dead: string | undefined
    void started.ended.then((how) => (dead = `the server ${how} before it served`))
    const fault = await whenServing(join(binariesFolder, 'pg_isready'), port, () => dead)
    if (fault === undefined) return
    await started.kill()
    throw new Error(`${fault}. The end of its log:\n${readFileSync(place.log, 'utf8').slice(-logShownChars)}`)
  }

  const kill = async (): Promise<void> => server?.kill()

  try {
    const passwordFile = join(folder, 'password')
    writeFileSync(passwordFile, password)
    if (process.getuid?.() === 0) {
      const faults = await faultsOf('chown', ['-R', 'postgres:postgres', folder], folder)
      if (faults.length > 0) throw new Error(faults.join('\n'))
    }
    const init = [
      '-D',
      data,
      '-U',
      'postgres',
      '-A',
      'scram-sha-256',
      `--pwfile=${passwordFile}`,
      '-E',
      'UTF8',
    ]
    const [command, args] = asOrdinaryUser(join(binariesFolder, 'initdb'), init)
    const faults = await faultsOf(command, args, folder)
    if (faults.length > 0) throw new Error(`the server's data could not be made:\n${faults.join('\n')}`)
    await restart()
  } catch (error) {
    remove()
    throw error
  }
  return {
    env: { POSTGRES_URL: `postgres://postgres:${password}@127.0.0.1:${port}/postgres` },
    kill,
    restart,
    freeze: async () => server?.freeze(),
    thaw: async () => server?.thaw(),
    async stop() {
      await kill()
      remove()
    },
  }
}

const whenServing = async (
  isReady: string,
  port: number,
  whyNot: () => string | undefined,
): Promise<string | undefined> => {
  const began = Date.now()
  for (;;) {
    const { code, output } = await run(isReady, ['-h', '127.0.0.1', '-p', String(port)], tmpdir())
    if (code === 0) return undefined
    const fault = whyNot()
    if (fault !== undefined) return fault
    if (Date.now() - began > readyWithinMs)
      return `the server did not serve within ${readyWithinMs / 1000} s: ${output}`
    await wait(askEveryMs)
  }
}
