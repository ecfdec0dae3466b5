import type { PolicyDocument } from '@mcp-sentinel/policy'
import { revisionOf } from '@mcp-sentinel/policy/revision'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { PolicySource } from '../policy-source.ts'

/** A source for one test, as its adapter makes it, and the hand on what it reads. */
export interface PolicySourceHarness {
  readonly source: PolicySource
  readonly dispose: () => Promise<void>
}

export interface ChangingPolicy extends PolicySourceHarness {
  readonly publish: (document: PolicyDocument) => Promise<void>
  /** Puts what is no policy in its place. */
  readonly publishText: (text: string) => Promise<void>
}

export const documentFor = (agent: string): PolicyDocument => ({
  schema_version: 'v2',
  server: { name: 'payments' },
  tools: [{ name: 'refund', required_trust: 'low', side_effect: 'write' }],
  grants: [{ name: 'one', agent_id: agent, max_trust: 'low', allowed_side_effects: ['write'] }],
})

/** Resolves once a source has come to a state, by what it tells of changes. */
export const until = (source: PolicySource, holds: () => boolean): Promise<void> =>
  new Promise((resolve) => {
    if (holds()) return resolve()
    const stop = source.onChange(() => {
      if (!holds()) return
      stop()
      resolve()
    })
  })

export const agentOf = (source: PolicySource): string | undefined =>
  source.current()?.document.grants?.[0]?.agent_id

const [first, second] = [documentFor('first'), documentFor('second')]

/** What every source promises. */
export const policySourceContract = (
  name: string,
  make: (document: PolicyDocument) => Promise<PolicySourceHarness>,
): void => {
  describe(`policy source: ${name}`, () => {
    let harness: PolicySourceHarness
    beforeEach(async () => {
      harness = await make(first)
    })
    afterEach(() => harness.dispose())

    test('has its policy in force, under its revision', async () => {
      const { source } = harness
      const before = Date.now()
      await until(source, () => source.current() !== undefined)
      expect(agentOf(source)).toBe('first')
      expect(source.current()?.document.revision).toBe(revisionOf(first))
      expect(source.status()).toEqual({
        revision: revisionOf(first),
        loadedAt: expect.any(Number),
        lastError: undefined,
      })
      expect(source.status().loadedAt).toBeLessThanOrEqual(Math.max(before, Date.now()))
    })

    test('gives one and the same until there is another', async () => {
      const { source } = harness
      await until(source, () => source.current() !== undefined)
      expect(source.current()).toBe(source.current())
    })

    test('can be closed more than once', async () => {
      await harness.source.close()
      await harness.source.close()
    })
  })
}

/** What those promise besides whose policy can change. */
export const changingPolicyContract = (
  name: string,
  make: (document: PolicyDocument) => Promise<ChangingPolicy>,
): void => {
  policySourceContract(name, make)

  describe(`changing policy source: ${name}`, () => {
    let harness: ChangingPolicy
    let source: PolicySource
    beforeEach(async () => {
      harness = await make(first)
      source = harness.source
      await until(source, () => agentOf(source) === 'first')
    })
    afterEach(() => harness.dispose())

    test('puts another policy in force, and tells', async () => {
      const told = vi.fn()
      source.onChange(told)
      await harness.publish(second)
      await until(source, () => agentOf(source) === 'second')
      expect(told).toHaveBeenCalled()
      expect(source.status()).toMatchObject({ revision: revisionOf(second), lastError: undefined })
    })

    test('tells nobody who wants to hear no more', async () => {
      const told = vi.fn()
      source.onChange(told)()
      await harness.publish(second)
      await until(source, () => agentOf(source) === 'second')
      expect(told).not.toHaveBeenCalled()
    })

    test.each<[string, string, RegExp]>([
      ['that cannot be parsed', 'schema_version: [', /:\d+:\d+ /],
      ['with an unknown member', JSON.stringify({ ...second, grantz: [] }), /:1:\d+ \/grantz: .*grants/],
      [
        'with a member twice',
        '{"schema_version":"v2","server":{"name":"a"},"server":{"name":"b"}}',
        /given twice/,
      ],
      [
        'that is not what its revision says',
        JSON.stringify({ ...second, schema_version: 'v1', revision: revisionOf(first) }),
        /\/revision: .*changed after it was stamped/,
      ],
    ])('keeps the last good one when there is one %s, and says why', async (_, text, why) => {
      const before = source.current()
      await harness.publishText(text)
      await vi.waitFor(() => expect(source.status().lastError).toMatch(why))
      expect(source.current()).toBe(before)
      expect(source.status().revision).toBe(revisionOf(first))

      await harness.publish(first)
      await vi.waitFor(() => expect(source.status().lastError).toBe(undefined))
      expect(source.current()).toBe(before)
      await harness.publish(second)
      await until(source, () => agentOf(source) === 'second')
    })

    test('names every fault', async () => {
      await harness.publishText(JSON.stringify({ ...second, grantz: [], toolz: [] }))
      await vi.waitFor(() => expect(source.status().lastError).toMatch(/grantz.*\n.*toolz/s))
    })

    test('changes no more when it is closed', async () => {
      const told = vi.fn()
      source.onChange(told)
      await source.close()
      await harness.publish(second)
      expect(agentOf(source)).toBe('first')
      expect(told).not.toHaveBeenCalled()
    })
  })
}
