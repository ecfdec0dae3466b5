import { expect, it, vi } from 'vitest'
import { createEnding } from './ending.ts'
import type { Outcome, Session } from './session.ts'

const nothing: Outcome = { bytes: new Uint8Array(), rows: 0, rowBytes: 0, elapsedS: 0 }

const createKiller = () => {
  const run = vi.fn<Session['run']>(async () => nothing)
  const killer: Session = { run, stream: () => noRows(), close: () => {} }
  return { killer, run }
}
async function* noRows(): AsyncGenerator<Uint8Array> {}

it('asks until the statement has settled: the first time it may not have begun', async () => {
  const { killer, run } = createKiller()
  const caller = new AbortController()
  const settled = createEnding(killer)(caller.signal, '/* 1 */')
  caller.abort()
  await vi.waitFor(() => expect(run.mock.calls.length).toBeGreaterThan(1))
  expect(run).toHaveBeenCalledWith("KILL QUERY WHERE startsWith(query, '/* 1 */') ASYNC", 'Null')
  settled()
})

it('leaves one alone whose caller stayed', () => {
  const { killer, run } = createKiller()
  const caller = new AbortController()
  createEnding(killer)(caller.signal, '/* 1 */')()
  caller.abort()
  expect(run).not.toHaveBeenCalled()
})
