import { type CompiledPolicy, compile } from '../compile.ts'
import type { PolicyDocument, PolicyRequest, Subject } from '../model.ts'
import { speaksOf } from '../subject.ts'
import { applyEdits, type Edit, type Edited } from './edit.ts'
import type { Proposal } from './proposal.ts'
import { proposals } from './proposals.ts'
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

/** An edit, and the proposal that it is part of. */
interface Part {
  readonly edit: Edit
  readonly says: string
}

interface Attempt {
  readonly parts: readonly Part[]
  readonly edited: Edited
  readonly trace: Trace
}

/** Shortest chains first: what one change mends is never answered with two. */
export const findRemedy = (
  policy: CompiledPolicy,
  request: PolicyRequest,
  now: number,
): Remedy | undefined => {
  const { document, restore } = focus(policy.document, request)
  const attempt = (parts: readonly Part[]): Attempt => {
    const edits = parts.map(({ edit }) => edit)
    const edited = applyEdits(document, request, edits)
    return { parts, edited, trace: trace(compile(edited.document), edited.request, now) }
  }
  const unchanged = attempt([])
  if (passes(unchanged)) return undefined

  let tries = 0
  let attempts = [unchanged]
  for (let length = 1; length <= proposalsPerRemedyMax; length++) {
    const longer: Attempt[] = []
    for (const { parts, edited, trace } of attempts) {
      for (const proposal of proposals(edited.document, edited.request, trace, now)) {
        if (++tries > triesMax) return undefined
        const next = attempt([...parts, ...partsOf(proposal)])
        if (passes(next)) return remedyOf(withoutIdle(next.parts, attempt), restore)
        longer.push(next)
      }
    }
    attempts = longer
  }
  return undefined
}

const partsOf = ({ edits, says }: Proposal): readonly Part[] => edits.map((edit) => ({ edit, says }))

/** By the verdict that counts: in `observe`, the one that would have been. */
const passes = ({ trace: { decision } }: Attempt): boolean => (decision.wouldBe ?? decision).allowed

/** Leaves out what the call did not need, or what a later part made needless. */
const withoutIdle = (
  parts: readonly Part[],
  attempt: (parts: readonly Part[]) => Attempt,
): readonly Part[] => {
  for (const idle of parts) {
    const rest = attempt(parts.filter((part) => part !== idle))
    if (passes(rest)) return withoutIdle(rest.parts, attempt)
  }
  return parts
}

const remedyOf = (parts: readonly Part[], restore: (edit: Edit) => Edit): Remedy => ({
  edits: parts.map(({ edit }) => restore(edit)),
  says: [...new Set(parts.map(({ says }) => says))].join(', and '),
})

/**
 * The document with only what concerns this caller, so that trying a change costs the same beside 100,000 grants of
 * others, and the way back from its positions to those of the whole document.
 */
const focus = (document: PolicyDocument, request: PolicyRequest) => {
  const grants = concerning(document.grants, request)
  const sessions = concerning(document.sessions, request)
  const restore = (edit: Edit): Edit => {
    const [list, position, ...rest] = edit.path
    const back = list === 'grants' ? grants : list === 'sessions' ? sessions : undefined
    if (edit.in === 'request' || back === undefined || typeof position !== 'number') return edit
    return { ...edit, path: [list as string, back.indexOf(position), ...rest] }
  }
  return { document: { ...document, grants: grants.entries, sessions: sessions.entries }, restore }
}

const concerning = <T extends Subject>(all: readonly T[] = [], request: PolicyRequest) => {
  const kept = all.map((entry, index) => ({ entry, index })).filter(({ entry }) => speaksOf(entry, request))
  return {
    entries: kept.map(({ entry }) => entry),
    /** What a remedy appends stands behind all entries of the whole document too. */
    indexOf: (position: number): number => kept[position]?.index ?? all.length + position - kept.length,
  }
}
