import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compile } from '../compile.ts'
import { diff } from '../diff.ts'
import { evaluate } from '../evaluate.ts'
import { applyEdits, explain } from '../explain.ts'
import type { Grant, PolicyDocument, PolicyRequest } from '../model.ts'
import { permitted } from '../permitted.ts'
import { createRandom, noon, randomDocument, randomInstant, randomRequest } from './random-pairs.ts'

interface Pair {
  readonly document: PolicyDocument
  readonly request: PolicyRequest
  readonly now: number
}

/** A random document that refuses by default, a request and an instant; shrinking looks for a smaller seed. */
const pairs = fc.nat(2 ** 31 - 1).map((seed): Pair => {
  const r = createRandom(seed)
  const document = randomDocument(r)
  const policy = { ...document.policy, mode: 'allow-list', default_decision: 'deny' } as const
  return { document: { ...document, policy }, request: randomRequest(r), now: randomInstant(r) }
})

const admits = ({ document, request, now }: Pair): boolean =>
  evaluate(compile(document), request, now).allowed

/** Holds for many pairs, and says in how many it had something to say. */
const law = (
  name: string,
  holds: (pair: Pair, pick: (below: number) => number) => boolean | undefined,
  runs = 3000,
  least = runs / 50,
) =>
  test(name, () => {
    let spoke = 0
    fc.assert(
      fc.property(pairs, fc.nat(), (pair, n) => {
        const held = holds(pair, (below) => n % Math.max(below, 1))
        if (held !== undefined) spoke++
        return held !== false
      }),
      { numRuns: runs, seed: 20_260_601 },
    )
    expect(spoke).toBeGreaterThan(least)
  })

/** A change after which nothing may be admitted that was not before. */
const neverAdmitsMore = (
  name: string,
  change: (pair: Pair, pick: (below: number) => number) => PolicyDocument | undefined,
) =>
  law(name, (pair, pick) => {
    const document = change(pair, pick)
    return document === undefined ? undefined : admits(pair) || !admits({ ...pair, document })
  })

const replaced = <T>(all: readonly T[] | undefined, index: number, one: T): readonly T[] | undefined =>
  all?.map((old, i) => (i === index ? one : old))
const asksTrust = (grant: Grant) => grant.tool_rules?.some(({ required_trust }) => required_trust) ?? false
const denies = (grant: Grant) =>
  [...(grant.tool_rules ?? []), ...(grant.resource_rules ?? []), ...(grant.prompt_rules ?? [])].some(
    ({ decision }) => decision === 'deny',
  )
const harmless = (grant: Grant | undefined): grant is Grant =>
  grant !== undefined && !denies(grant) && !asksTrust(grant)
const pickGrant = ({ document }: Pair, pick: (below: number) => number) => {
  const index = pick(document.grants?.length ?? 0)
  return { index, grant: document.grants?.[index] }
}

describe('under default deny', () => {
  neverAdmitsMore('an unconditional denial only removes', (pair, pick) => {
    const { index, grant } = pickGrant(pair, pick)
    if (grant?.tool_rules === undefined || grant.tool_rules.length === 0) return undefined
    const name = pair.request.target ?? ''
    const tool_rules = [
      ...grant.tool_rules.filter((rule) => rule.name !== name),
      { name, decision: 'deny' as const },
    ]
    return { ...pair.document, grants: replaced(pair.document.grants, index, { ...grant, tool_rules }) }
  })

  law('the order of grants, rules, tools and sessions is irrelevant', ({ document, request, now }) => {
    const turned = {
      ...document,
      tools: document.tools?.toReversed(),
      sessions: document.sessions?.toReversed(),
      grants: document.grants
        ?.toReversed()
        .map((grant) => ({ ...grant, tool_rules: grant.tool_rules?.toReversed() })),
    }
    const [one, other] = [evaluate(compile(document), request, now), evaluate(compile(turned), request, now)]
    return JSON.stringify(one) === JSON.stringify(other)
  })

  neverAdmitsMore('disabling a grant without denials and requirements never admits more', (pair, pick) => {
    const { index, grant } = pickGrant(pair, pick)
    if (!harmless(grant)) return undefined
    return { ...pair.document, grants: replaced(pair.document.grants, index, { ...grant, disabled: true }) }
  })

  neverAdmitsMore('letting such a grant expire never admits more', (pair, pick) => {
    const { index, grant } = pickGrant(pair, pick)
    if (!harmless(grant)) return undefined
    const not_after = new Date(pair.now).toISOString()
    return { ...pair.document, grants: replaced(pair.document.grants, index, { ...grant, not_after }) }
  })

  neverAdmitsMore('putting a condition on such a grant never admits more', (pair, pick) => {
    const { index, grant } = pickGrant(pair, pick)
    if (!harmless(grant) || !grant.tool_rules?.length) return undefined
    const when = [{ pointer: '/amount', op: 'lte' as const, value: 500 }]
    const tool_rules = grant.tool_rules.map((rule) => ({ ...rule, when: [...(rule.when ?? []), ...when] }))
    return { ...pair.document, grants: replaced(pair.document.grants, index, { ...grant, tool_rules }) }
  })

  neverAdmitsMore('revoking a session never admits more', ({ document, request }) => {
    if (!document.sessions?.some(({ name }) => name === request.session)) return undefined
    return {
      ...document,
      sessions: document.sessions.map((one) =>
        one.name === request.session ? { ...one, revoked: true } : one,
      ),
    }
  })

  neverAdmitsMore('letting a session expire never admits more', ({ document, request, now }) => {
    if (!document.sessions?.some(({ name }) => name === request.session)) return undefined
    const expires_at = new Date(now).toISOString()
    return {
      ...document,
      sessions: document.sessions.map((one) => (one.name === request.session ? { ...one, expires_at } : one)),
    }
  })

  neverAdmitsMore('pruning a session never admits more', ({ document, request }) => {
    if (!document.sessions?.some(({ name }) => name === request.session)) return undefined
    return { ...document, sessions: document.sessions.filter(({ name }) => name !== request.session) }
  })

  neverAdmitsMore("raising a tool's required trust never admits more", ({ document, request }) => {
    if (!document.tools?.some(({ name }) => name === request.target)) return undefined
    return {
      ...document,
      tools: document.tools.map((one) =>
        one.name === request.target ? { ...one, required_trust: 'high' } : one,
      ),
    }
  })

  law('where sessions are optional, presenting one never admits more than presenting none', (pair) => {
    const { document, request } = pair
    if (!request.session || document.session?.required) return undefined
    return !admits(pair) || admits({ ...pair, request: { ...request, session: undefined } })
  })

  neverAdmitsMore('switching the server off admits nothing', ({ document }) => ({
    ...document,
    server: { ...document.server, disabled: true },
  }))
})

describe('what explains agrees with what decides', () => {
  law(
    'explain gives the very decision that evaluate gives',
    ({ document, request, now }) => {
      const policy = compile(document)
      return (
        JSON.stringify(explain(policy, request, now).decision) ===
        JSON.stringify(evaluate(policy, request, now))
      )
    },
    1000,
  )

  law(
    'a remedy, applied, lets the call pass, and no part of it can be left out',
    (pair) => {
      const { document, request, now } = pair
      const { remedy } = explain(compile(document), request, now)
      if (remedy === undefined) return undefined
      const edited = applyEdits(document, request, remedy.edits)
      if (!admits({ ...edited, now })) return false
      return remedy.edits.every((left) => {
        const rest = remedy.edits.filter((edit) => edit !== left)
        return !admits({ ...applyEdits(document, request, rest), now })
      })
    },
    1500,
  )

  test('most refusals of a caller who is somebody have a remedy', () => {
    const r = createRandom(7)
    let [refused, mended] = [0, 0]
    for (let i = 0; i < 1500; i++) {
      const document = randomDocument(r)
      const request = randomRequest(r)
      const { decision, remedy } = explain(compile(document), request, noon)
      const verdict = decision.wouldBe ?? decision
      if (verdict.allowed) expect(remedy).toBeUndefined()
      else if (request.human || request.agent || request.team) {
        refused++
        if (remedy !== undefined) mended++
      }
    }
    expect(mended / refused).toBeGreaterThan(0.9)
  })

  law(
    'permitted bounds every call: what it calls yes passes and what it calls no does not, whatever the arguments',
    (pair) => {
      const { document, request, now } = pair
      const { human, agent, team, session, method, target } = request
      if (method === 'completion/complete') return undefined
      const { may } = permitted(compile(document), { human, agent, team, session }, now)
      const permission = may(method, target ?? '')
      if (permission === 'depends') return true
      return admits({ ...pair, request: { ...request, target: target ?? '' } }) === (permission === 'yes')
    },
  )

  law(
    'diff of a policy with itself finds no change, and nothing undecidable where all was recorded',
    ({ document, request, now }) => {
      const policy = compile(document)
      const recorded = {
        ...request,
        sessionSeenAt: request.sessionSeenAt ?? now,
        definitionDigest: request.definitionDigest ?? 'none',
      }
      const found = diff(policy, policy, [recorded], now)
      return found.same === 1 && found.changed.length === 0
    },
  )

  law(
    'diff calls a change only what no argument that was not recorded could undo',
    (pair, pick) => {
      const { document, request, now } = pair
      const other = { ...document, grants: document.grants?.filter((_, index) => index !== pick(8)) }
      const recorded = { ...request, arguments: undefined, recorded: [] }
      const found = diff(compile(document), compile(other), [recorded], now)
      const [change] = found.changed
      if (change === undefined || change.change === 'other-reason') return undefined
      return admits(pair) !== admits({ ...pair, document: other })
    },
    6000,
    30,
  )
})
