import { setTimeout as after } from 'node:timers/promises'
import type { Connection, Driver, Era, Outcome, Probe } from './driver.ts'

/** What the server behind it all carried out. */
export type Calls = readonly { readonly name: string; readonly outcome: string }[]

export type Row = Readonly<Record<Probe, string>>

const patienceMs = 10_000

const say = (outcome: Outcome): string =>
  outcome.kind === 'error'
    ? `error: ${outcome.message}`
    : `${outcome.isError ? 'isError: ' : ''}${outcome.text}`

const okWhen = (holds: boolean, seen: string): string => (holds ? 'ok' : seen)

const until = async (holds: () => boolean): Promise<boolean> => {
  for (const end = Date.now() + patienceMs; Date.now() < end; await after(10)) if (holds()) return true
  return holds()
}

/** Each does one thing with a connection and says `ok`, or what it saw instead. */
const probes: Readonly<Record<Probe, (connection: Connection, calls: Calls) => Promise<string>>> = {
  list: async ({ list }) => {
    const names = await list()
    return (
      okWhen(names.includes('echo'), `${names.length} tools`) + (names.includes('erase') ? ', erase' : '')
    )
  },
  allowed: async ({ call }) => {
    const outcome = await call('echo', { word: 'hi' })
    return okWhen(say(outcome) === '{"word":"hi"}', say(outcome))
  },
  elicitation: async ({ call }) => {
    const outcome = await call('test_elicitation', { message: 'Who are you?' })
    return okWhen(say(outcome).includes('action=accept, content={"username":"ann"'), say(outcome))
  },
  progress: async ({ call }) => {
    const seen: number[] = []
    const outcome = await call(
      'test_tool_with_progress',
      {},
      { onProgress: (progress) => seen.push(progress) },
    )
    // Who reads the last report and the result at one go may hand out the result and forget the report.
    const inOrder = seen.length > 0 && '0,50,100'.startsWith(seen.join())
    return okWhen(inOrder && say(outcome) === 'Progressed.', `${seen.join()} ${say(outcome)}`)
  },
  cancel: async ({ call }, calls) => {
    const caller = new AbortController()
    const waits = () => calls.findLast(({ name }) => name === 'wait')?.outcome
    const outcome = call('wait', {}, { signal: caller.signal })
    if (!(await until(() => waits() === 'running'))) return `never began: ${say(await outcome)}`
    caller.abort()
    const { kind } = await outcome
    return okWhen(
      (await until(() => waits() === 'cancelled')) && kind === 'error',
      `${kind}, then ${waits()}`,
    )
  },
  /** What comes of a call that a policy would refuse; whether it was carried out is the server's to tell. */
  denied: async ({ call }) => say(await call('erase', {})),
}

const tried = async (probe: () => Promise<string>): Promise<string> => {
  try {
    return await probe()
  } catch (error) {
    return `threw: ${error instanceof Error ? error.message : String(error)}`
  }
}

export const rowOf = async (
  driver: Driver,
  era: Era,
  url: string,
  calls: Calls,
  headers: Readonly<Record<string, string>>,
): Promise<Row> => {
  const row: Partial<Record<Probe, string>> = {}
  const connection = await driver.connect(url, headers)
  try {
    for (const [name, probe] of Object.entries(probes) as [Probe, (typeof probes)[Probe]][])
      row[name] = driver.cannot?.[era]?.includes(name) ? '-' : await tried(() => probe(connection, calls))
  } finally {
    await connection.close()
  }
  return row as Row
}
