import { mkdir, rename, rm, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { PGlite } from '@electric-sql/pglite'
import { type Dialect, PostgresDialect, type PostgresPool, type PostgresPoolClient } from 'kysely'
import { EmbeddedError } from './errors.ts'
import { becomeSoleOwner } from './postgres/sole-owner.ts'
import { createTurns, type Turns } from './postgres/turns.ts'

export interface EmbeddedPostgresOptions {
  /** Made when it is not there. One process owns it at a time. */
  readonly dataDirectory: string
}

export interface EmbeddedPostgres {
  /** For `new Kysely({ dialect })`. Destroying that leaves the engine open. */
  readonly dialect: Dialect
  /** Lets what runs end, refuses what waits, and closes the engine. */
  readonly close: () => Promise<void>
}

type Open = (directory: string) => Promise<PGlite>

/**
 * Postgres in this process. It has one connection: a transaction makes everybody else wait, and one that asks outside
 * of itself waits for ever.
 */
export const createEmbeddedPostgres = async ({
  dataDirectory,
}: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> => {
  const open = await loadEngine()
  const directory = resolve(dataDirectory)
  const owner = await makeAndOwn(directory)
  try {
    const engine = await openOrMake(join(directory, 'data'), open)
    const turns = createTurns(
      () => new EmbeddedError('engine_closed', `the Postgres in ${directory} is closed`),
    )
    const closeOnce = async (): Promise<void> => {
      await turns.close()
      await engine.close()
      await owner.release()
    }
    let closed: Promise<void> | undefined
    return {
      dialect: new PostgresDialect({ pool: poolOf(engine, turns) }),
      close: () => {
        closed ??= closeOnce()
        return closed
      },
    }
  } catch (error) {
    await owner.release()
    throw error
  }
}

const loadEngine = async (): Promise<Open> => {
  const { PGlite } = await import('@electric-sql/pglite').catch((cause: NodeJS.ErrnoException) => {
    const name = '@electric-sql/pglite'
    throw cause.code === 'ERR_MODULE_NOT_FOUND'
      ? new EmbeddedError(
          'engine_missing',
          `the optional package ${name} is not installed: npm install ${name}`,
        )
      : new EmbeddedError('engine_unloadable', `${name} cannot be loaded here: ${cause.message}`, { cause })
  })
  // What `pg` gives: a bigint as text, because a number would round it, and bytes as a Buffer.
  const parsers = { 20: (text: string) => text, 17: (text: string) => Buffer.from(text.slice(2), 'hex') }
  return (directory) => PGlite.create(directory, { parsers })
}

const makeAndOwn = async (directory: string) => {
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 })
    return await becomeSoleOwner(directory)
  } catch (error) {
    if (error instanceof EmbeddedError) throw error
    throw new EmbeddedError('data_directory_unusable', `${directory} cannot be made, read or written`, {
      cause: error,
    })
  }
}

/**
 * Made under another name first: a process that is killed while it makes a cluster leaves one that no engine opens.
 */
const openOrMake = async (place: string, open: Open): Promise<PGlite> => {
  try {
    if (!(await isThere(place))) {
      const making = `${place}.making`
      await rm(making, { recursive: true, force: true })
      await (await open(making)).close()
      await rename(making, place)
    }
    return await open(place)
  } catch (cause) {
    const said = cause instanceof Error ? cause.message : String(cause)
    throw new EmbeddedError('engine_not_started', `Postgres did not start: ${said}`, { cause })
  }
}

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  )

/**
 * The engine as a pool of one connection, so that Kysely speaks to it as it speaks to `pg`. Kysely's own dialect for it
 * passes over the isolation that a transaction asks for.
 */
const poolOf = (engine: PGlite, turns: Turns): PostgresPool => ({
  options: {},
  connect: async () => {
    const end = await turns.take()
    return clientOf(engine, end)
  },
  end: async () => {},
})

const clientOf = (engine: PGlite, release: () => void): PostgresPoolClient => {
  const query = async (text: string, parameters: readonly unknown[]) => {
    const { rows, affectedRows = 0, command } = await engine.query(text, [...parameters])
    return { rows, rowCount: affectedRows, command }
  }
  // Kysely also knows a query by a cursor, which is only made where a dialect brings cursors.
  return { query: query as PostgresPoolClient['query'], release }
}
