import { expect, test } from 'vitest'
import { beginFlow, challengeOf, createFlowSeal, flowCookieName, flowMs } from './flow.ts'

const flow = beginFlow('/events', 1000)
const { seal, open } = createFlowSeal('a secret of this test')

test('what was sealed is opened for ten minutes, by whoever has the secret', () => {
  const sealed = seal(flow)
  expect(sealed).not.toContain(flow.verifier)
  expect(createFlowSeal('a secret of this test').open(sealed, 1000)).toEqual(flow)
  expect(open(sealed, 1000 + flowMs - 1)).toEqual(flow)
  expect(open(sealed, 1000 + flowMs)).toBeUndefined()
  expect(createFlowSeal('another secret').open(sealed, 1000)).toBeUndefined()
})

test('nothing that was changed is opened', () => {
  const bytes = Buffer.from(seal(flow), 'base64url')
  for (const at of [0, 12, 28, bytes.length - 1]) {
    const changed = Buffer.from(bytes)
    changed[at] = (changed[at] ?? 0) ^ 1
    expect(open(changed.toString('base64url'), 1000)).toBeUndefined()
  }
  for (const sealed of ['', 'x', bytes.subarray(0, 28).toString('base64url'), 'not base64url at all ü'])
    expect(open(sealed, 1000)).toBeUndefined()
})

test('no two flows have anything in common', () => {
  const other = beginFlow('/events', 1000)
  for (const part of ['state', 'nonce', 'verifier'] as const) {
    expect(flow[part]).toMatch(/^[\w-]{43}$/)
    expect(flow[part]).not.toBe(other[part])
  }
  expect(flowCookieName(flow.state, true)).not.toBe(flowCookieName(other.state, true))
})

test('the challenge is that of RFC 7636, appendix B', () =>
  expect(challengeOf({ ...flow, verifier: 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk' })).toBe(
    'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
  ))
