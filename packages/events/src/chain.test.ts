import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { createChain } from './chain.ts'
import { commitmentOf, disclose, provesCommitment } from './commit.ts'
import type { Envelope, RequestRecord } from './envelope.ts'
import { createIds, isUuid } from './ids.ts'
import { type Break, verifyChains } from './verify.ts'

const { publicKey, privateKey } = generateKeyPairSync('ed25519')
const key = { kid: 'k1', privateKey }
const keys = new Map([['k1', publicKey]])

const record: RequestRecord = {
  agent_id: 'ops-agent',
  bytes_in: 1,
  bytes_out: 2,
  cluster: '',
  decision: 'allow',
  decision_id: 'd',
  human_id: '',
  latency_ms: 1.5,
  method: 'POST',
  namespace: 'ns',
  path: '/mcp',
  policy_version: 'v1',
  reason: 'allowed',
  server: 'payments',
  session_id: '',
  status: 200,
  subject_team_id: '',
  team_id: '',
}

/** A chain of a start, some requests and a checkpoint. */
const chainOf = (requests: number, previous?: { chain: string; head: string }) => {
  let now = Date.parse('2026-06-01T12:00:00Z')
  const clock = () => now++
  const chain = createChain({
    producer: 'ns/payments/pod-1',
    source: 'gateway',
    clock,
    ids: createIds(clock),
    previous,
  })
  const events = [chain.start(), ...Array.from({ length: requests }, () => chain.request(record))]
  const end = chain.position()
  return { events, payloads: events.map(({ payload }) => payload), chain, end }
}
const breaksOf = (payloads: readonly string[], reached: Parameters<typeof verifyChains>[1]['reached'] = []) =>
  verifyChains(payloads, { keys, reached }).breaks.map(({ kind, seq }: Break) => [kind, seq])
const changed = (payload: string | undefined): string =>
  (payload ?? '').replace('"status":200', '"status":403')

describe('a chain that nobody touched', () => {
  test('verifies, up to its checkpoint', () => {
    const { payloads, chain, end } = chainOf(5)
    payloads.push(chain.checkpoint(key).payload, chain.request(record).payload)
    const { chains, breaks } = verifyChains(payloads, { keys, reached: [end] })
    expect(breaks).toEqual([])
    expect(chains).toEqual([{ chain: end.chain, first: 1, last: 8, signedUpTo: 6 }])
  })

  test('verifies mixed with others, each in its own order', () => {
    const [a, b] = [chainOf(3), chainOf(3)]
    expect(breaksOf(a.payloads.flatMap((payload, i) => [payload, b.payloads[i] as string]))).toEqual([])
  })

  test('verifies after a restart, which says where the one before ended', () => {
    const first = chainOf(3)
    const second = chainOf(2, first.end)
    expect(breaksOf([...first.payloads, ...second.payloads])).toEqual([])
  })

  test('verifies after a recorded value was erased', () => {
    const disclosure = disclose('/arguments/amount', 120)
    const { chain, payloads } = chainOf(1)
    const commitments = { '/arguments/amount': commitmentOf(disclosure) }
    const told = chain.request({ ...record, commitments, disclosures: [disclosure] })
    expect(told.disclosures).toEqual([disclosure])
    expect(told.payload).not.toContain(disclosure.salt)
    payloads.push(told.payload)
    expect(provesCommitment(disclosure, commitments['/arguments/amount'])).toBe(true)
    expect(provesCommitment({ ...disclosure, value: 121 }, commitments['/arguments/amount'])).toBe(false)
    expect(payloads.at(-1)).not.toContain('120')
    expect(breaksOf(payloads)).toEqual([])
  })
})

test('a call that is told of before it ends shows no values: its event will', () => {
  const { chain } = chainOf(1)
  const disclosures = [disclose('/arguments/amount', 120)]
  expect(chain.request({ ...record, disclosures }, undefined, 'mcp.request.open').disclosures).toBeUndefined()
})

describe('a verifier finds and places', () => {
  test('a value that was changed', () => {
    const { payloads } = chainOf(5)
    expect(breaksOf(payloads.with(2, changed(payloads[2])))).toEqual([['changed', 3]])
  })

  test('every single bit that was changed', () => {
    const { payloads, end } = chainOf(2)
    const bytes = Buffer.from(payloads[1] as string)
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const flipped = Buffer.from(bytes)
      flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (1 << (bit & 7))
      expect(breaksOf(payloads.with(1, flipped.toString('latin1')), [end])).not.toEqual([])
    }
  })

  test('an event that was deleted', () => {
    const { payloads } = chainOf(5)
    expect(breaksOf(payloads.toSpliced(2, 1))).toEqual([['missing', 3]])
    expect(breaksOf(payloads.slice(1))).toEqual([['missing', 1]])
  })

  test('events that changed places', () => {
    const { payloads } = chainOf(5)
    const [a, b] = [payloads[2] as string, payloads[3] as string]
    expect(breaksOf(payloads.with(2, b).with(3, a))).toEqual([['out-of-order', 3]])
  })

  test('an event that was put in', () => {
    const { payloads } = chainOf(5)
    const forged = changed(payloads[2])
    expect(breaksOf(payloads.toSpliced(3, 0, forged))).toContainEqual(['duplicate', 3])
    const stranger = chainOf(1).payloads[1] as string
    expect(breaksOf(payloads.toSpliced(3, 0, stranger))).toContainEqual(['missing', 1])
  })

  test('a tail that was cut, by a place known from elsewhere', () => {
    const { payloads, end } = chainOf(5)
    expect(breaksOf(payloads.slice(0, 4), [end])).toEqual([['cut', 5]])
    expect(breaksOf([], [end])).toEqual([['cut', 1]])
    expect(breaksOf(payloads.with(5, changed(payloads[5])), [end])).toEqual([['other-head', 6]])
  })

  test('a tail that was cut, by the chain that continues it', () => {
    const first = chainOf(3)
    const second = chainOf(1, first.end)
    expect(breaksOf([...first.payloads.slice(0, 3), ...second.payloads])).toEqual([['cut', 4]])
  })

  test('a checkpoint that nobody signed, that signs something else, or whose key is not known', () => {
    const { payloads, chain } = chainOf(2)
    const checkpoint = chain.checkpoint(key).payload
    const forged = checkpoint.replace(/"sig":"../, '"sig":"AA')
    expect(breaksOf([...payloads, forged])).toEqual([['bad-signature', 4]])
    expect(breaksOf([...payloads.with(2, changed(payloads[2])), checkpoint])).toEqual([
      ['changed', 3],
      ['other-head', 4],
    ])
    expect(verifyChains([...payloads, checkpoint], { keys: new Map() }).breaks).toMatchObject([
      { kind: 'bad-signature' },
    ])
    const elsewhere = checkpoint.replace('"seq":3,"sig"', '"seq":2,"sig"')
    expect(breaksOf([...payloads, elsewhere])).toEqual([['bad-signature', 4]])
  })

  test('what cannot be read', () => {
    const { payloads } = chainOf(2)
    expect(breaksOf(payloads.with(1, '{"status":'))).toEqual([
      ['unreadable', 0],
      ['missing', 2],
    ])
    expect(breaksOf([...payloads, 'null', '{"_audit":5}', '{}'])).toEqual([
      ['unreadable', 0],
      ['unreadable', 0],
      ['unreadable', 0],
    ])
  })

  test('a hole of any size, in a report of bounded size', () => {
    const { payloads } = chainOf(1)
    const far = (payloads[1] as string).replace('"seq":2', '"seq":9007199254740991')
    expect(breaksOf([payloads[0] as string, far])).toHaveLength(100)
  })
})

describe('what a chain makes', () => {
  test('never runs back in time, and keeps the trace of its request', () => {
    const times = [5000, 1000, 7000]
    const clock = () => times.shift() ?? 9000
    const chain = createChain({ producer: 'p', source: 's', clock, ids: createIds(() => 1) })
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
    const events: Envelope[] = [
      chain.start(),
      chain.request(record, { traceparent }),
      chain.gap({ lost: 3, reason: 'disk full', from: 'a', until: 'b' }),
    ]
    expect(events.map(({ timestamp }) => Date.parse(timestamp))).toEqual([5000, 5000, 7000])
    expect(events[1]).toMatchObject({ traceparent, trace_id: '0af7651916cd43dd8448eb211c80319c' })
  })
})

describe('an event that was taken back', () => {
  test('leaves no trace in the chain, whatever its kind, and only the last can be', () => {
    const { payloads, chain } = chainOf(2)
    const makers = [
      () => chain.request(record),
      () => chain.gap({ lost: 1, reason: 'r', from: 'a', until: 'b' }),
      () => chain.checkpoint(key),
    ]
    const taken = makers.map((make) => {
      const { payload } = make()
      chain.revert()
      return payload
    })
    expect(() => chain.revert()).toThrow('only the last')
    expect(taken.map((payload) => JSON.parse(payload)._audit.seq)).toEqual([4, 4, 4])
    expect(breaksOf([...payloads, chain.request(record).payload])).toEqual([])
  })

  test('that could not even be made moves nothing', () => {
    const { payloads, chain } = chainOf(1)
    const unreadable = new Proxy(record, {
      get: () => {
        throw new Error('no')
      },
    })
    expect(() => chain.request(unreadable)).toThrow('no')
    expect(breaksOf([...payloads, chain.request(record).payload])).toEqual([])
  })
})

describe('ids', () => {
  test('are UUIDs of version 7 that sort in the order they were made, whatever the clock does', () => {
    const times = [1000, 1000, 999, 2000, 1500]
    const ids = createIds(() => times.shift() ?? 1500)
    const made = Array.from({ length: 20_000 }, ids)
    expect(made.every(isUuid)).toBe(true)
    expect(made.every((id) => id[14] === '7')).toBe(true)
    expect([...made].sort()).toEqual(made)
    expect(new Set(made).size).toBe(made.length)
  })
})
