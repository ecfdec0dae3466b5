import { type CompiledPolicy, compile } from '../compile.ts'
import type { Decision, PolicyDocument, PolicyRequest } from '../model.ts'
import { speaksOf } from '../subject.ts'
import { applyEdits, type Edit } from './edit.ts'
import { type Proposal, proposals } from './proposals.ts'
import { type Trace, trace } from './trace.ts'

export interface Remedy {
  /** Made together they turn the refusal into an allow; none of them can be left out. */
  readonly edits: readonly Edit[]
  /** The same for people. */
  readonly says: string
}

/** Longer chains of changes are another policy, not a remedy. */
const proposalsPerRemedyMax = 4
/** Each try compiles the few grants and sessions that concern the caller. */
const triesMax = 96

/** The verdict that counts: in `observe`, the one that would have been. */
const verdict = (decision: Decision): Decision => decision.wouldBe ?? decision

/** Shortest chains first: what one change mends is never answered with two. */
export const findRemedy = (
  policy: CompiledPolicy,
  request: PolicyRequest,
  now: number,
): Remedy | undefined => {
  const { document, restore } = focus(policy.document, request)
  const judge = (chain: readonly Proposal[]) => {
    const edited = applyEdits(
      document,
      request,
      chain.flatMap(({ edits }) => edits),
    )
    const compiled = compile(edited.document)
    return { ...edited, trace: trace(compiled, edited.request, now) }
  }
  const first = judge([])
  if (verdict(first.trace.decision).allowed) return undefined

  let tries = 0
  let chains: { readonly chain: readonly Proposal[]; readonly judged: typeof first }[] = [
    { chain: [], judged: first },
  ]
  for (let length = 1; length <= proposalsPerRemedyMax; length++) {
    const longer: typeof chains = []
    for (const { chain, judged } of chains) {
      for (const proposal of proposals(judged.document, judged.request, judged.trace, now)) {
        if (++tries > triesMax) return undefined
        const next = [...chain, proposal]
        const outcome = judge(next)
        if (verdict(outcome.trace.decision).allowed) return remedyOf(withoutIdle(next, judge), restore)
        longer.push({ chain: next, judged: outcome })
      }
    }
    chains = longer
  }
  return undefined
}

/** Leaves out what a later step of the chain made needless. */
const withoutIdle = (
  chain: readonly Proposal[],
  judge: (chain: readonly Proposal[]) => { readonly trace: Trace },
): readonly Proposal[] => {
  for (const idle of chain) {
    const rest = chain.filter((proposal) => proposal !== idle)
    if (verdict(judge(rest).trace.decision).allowed) return withoutIdle(rest, judge)
  }
  return chain
}

const remedyOf = (chain: readonly Proposal[], restore: (edit: Edit) => Edit): Remedy => ({
  edits: chain.flatMap(({ edits }) => edits).map(restore),
  says: chain.map(({ says }) => says).join(', and '),
})

/**
 * The document with only what concerns this caller, so that trying a change costs the same beside 100,000 grants of
 * others, and the way back from its positions to those of the whole document.
 */
const focus = (document: PolicyDocument, request: PolicyRequest) => {
  const concerning = <T extends { readonly human_id?: string | undefined }>(all: readonly T[] = []) =>
    all.map((one, index) => ({ one, index })).filter(({ one }) => speaksOf(one, request))
  const grants = concerning(document.grants)
  const sessions = concerning(document.sessions)
  const positions: Readonly<Record<string, readonly { readonly index: number }[]>> = { grants, sessions }
  const restore = (edit: Edit): Edit => {
    const [list, position, ...rest] = edit.path
    const index = edit.in === 'document' ? positions[String(list)]?.[Number(position)]?.index : undefined
    return index === undefined ? edit : { ...edit, path: [list as string, index, ...rest] }
  }
  const only = {
    ...document,
    grants: grants.map(({ one }) => one),
    sessions: sessions.map(({ one }) => one),
  }
  return { document: only, restore }
}
