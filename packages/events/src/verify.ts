import { type KeyObject, verify as verifySignature } from 'node:crypto'
import { type ChainStart, type Checkpoint, signedText } from './build.ts'
import { type ChainPosition, headAfter } from './chain.ts'
import type { AuditHead } from './envelope.ts'

/** What does not fit. Each names the place: the chain and the sequence number at or behind which it lies. */
export type BreakKind =
  /** A payload that has no head, or is no JSON. */
  | 'unreadable'
  /** The event at this number is not there. */
  | 'missing'
  /** The event at this number stands behind one that came later. */
  | 'out-of-order'
  /** A second, other event has this number. */
  | 'duplicate'
  /** The event at this number is not the one that the next event follows: one of the two was changed. */
  | 'changed'
  /** A checkpoint whose signature does not hold, or whose key is not known. */
  | 'bad-signature'
  /** A checkpoint that signs another head than the events have. */
  | 'other-head'
  /** The chain ends before a place that it is known to have reached. */
  | 'cut'

export interface Break {
  readonly kind: BreakKind
  readonly chain: string
  readonly seq: number
  /** Position of the row among those given, from 0, where there is one. */
  readonly row?: number | undefined
}

export interface VerifiedChain {
  readonly chain: string
  readonly first: number
  readonly last: number
  /** The last number that a valid checkpoint vouches for; 0 where none does. */
  readonly signedUpTo: number
}

export interface Verification {
  readonly chains: readonly VerifiedChain[]
  readonly breaks: readonly Break[]
}

export interface VerifyOptions {
  /** Public keys by `kid`, from elsewhere than the events. */
  readonly keys: ReadonlyMap<string, KeyObject>
  /** Places that chains are known to have reached, for instance checkpoints that were kept elsewhere. */
  readonly reached?: readonly ChainPosition[] | undefined
}

interface Row {
  readonly row: number
  readonly audit: AuditHead
  readonly payload: string
  readonly head: string
}

/**
 * Proves from payloads alone that nothing was changed, left out, put in or cut off, as far as the last checkpoint that
 * is signed or known from elsewhere. Rows of several chains may come mixed, each chain's in the order of the log.
 */
export const verifyChains = (
  payloads: Iterable<string>,
  { keys, reached = [] }: VerifyOptions,
): Verification => {
  const breaks: Break[] = []
  const rowsOf = new Map<string, Row[]>()
  let row = 0
  for (const payload of payloads) {
    const audit = auditHeadOf(payload)
    if (audit === undefined) breaks.push({ kind: 'unreadable', chain: '', seq: 0, row })
    else listOf(rowsOf, audit.chain).push({ row, audit, payload, head: headAfter(payload) })
    row++
  }
  const chains = [...rowsOf].map(([chain, rows]) => verifyChain(chain, rows, keys, breaks))
  const continued = [...rowsOf.values()].flatMap((rows) => rows.flatMap(continuedBy))
  for (const place of continued) breaks.push(...checkContinued(place, rowsOf))
  for (const place of reached) breaks.push(...checkReached(place, rowsOf.get(place.chain) ?? []))
  return { chains, breaks }
}

const listOf = (lists: Map<string, Row[]>, chain: string): Row[] => {
  const list = lists.get(chain) ?? []
  lists.set(chain, list)
  return list
}

const verifyChain = (
  chain: string,
  rows: readonly Row[],
  keys: VerifyOptions['keys'],
  breaks: Break[],
): VerifiedChain => {
  const report = (kind: BreakKind, seq: number, at?: number): void => {
    breaks.push({ kind, chain, seq, row: at })
  }
  for (const [i, { audit, row }] of rows.entries()) {
    const before = rows[i - 1]
    if (before !== undefined && audit.seq < before.audit.seq) report('out-of-order', audit.seq, row)
  }
  const sorted = [...rows].sort((a, b) => a.audit.seq - b.audit.seq || a.row - b.row)
  let signedUpTo = 0
  let before: Row | undefined
  for (const one of sorted) {
    checkLink(one, before, report)
    const fault = one.audit.event_type === 'mcp.checkpoint' ? checkpointFault(one, before, keys) : undefined
    if (fault !== undefined) report(fault, one.audit.seq, one.row)
    else if (one.audit.event_type === 'mcp.checkpoint') signedUpTo = one.audit.seq - 1
    before = one
  }
  const seqs = sorted.map(({ audit }) => audit.seq)
  return { chain, first: seqs[0] ?? 0, last: seqs.at(-1) ?? 0, signedUpTo }
}

/** Does an event follow the one before it, as its head says? */
const checkLink = (
  one: Row,
  before: Row | undefined,
  report: (kind: BreakKind, seq: number, row?: number) => void,
): void => {
  const { seq, prev } = one.audit
  const expected = (before?.audit.seq ?? 0) + 1
  if (before !== undefined && seq === before.audit.seq) {
    report('duplicate', seq, one.row)
    return
  }
  for (let missing = expected; missing < Math.min(seq, expected + missingListedMax); missing++)
    report('missing', missing)
  if (seq === expected && prev !== (before?.head ?? ''))
    report('changed', Math.max(seq - 1, 1), before?.row ?? one.row)
}

/** Of one hole no more places are listed; the next event tells its end. */
const missingListedMax = 100

const checkpointFault = (
  one: Row,
  before: Row | undefined,
  keys: VerifyOptions['keys'],
): BreakKind | undefined => {
  const checkpoint = JSON.parse(one.payload) as Checkpoint
  const key = keys.get(checkpoint.kid)
  const isSigned = key !== undefined && isSignatureOf(checkpoint, key)
  if (!isSigned || checkpoint.chain !== one.audit.chain || checkpoint.seq !== one.audit.seq - 1)
    return 'bad-signature'
  return before !== undefined && before.audit.seq === checkpoint.seq && before.head !== checkpoint.head
    ? 'other-head'
    : undefined
}

const isSignatureOf = (checkpoint: Checkpoint, key: KeyObject): boolean => {
  try {
    const signature = Buffer.from(String(checkpoint.sig), 'base64url')
    return verifySignature(null, Buffer.from(signedText(checkpoint)), key, signature)
  } catch {
    return false
  }
}

const checkReached = ({ chain, seq, head }: ChainPosition, rows: readonly Row[]): readonly Break[] => {
  const there = rows.filter(({ audit }) => audit.seq === seq)
  if (there.some((one) => one.head === head)) return []
  const last = Math.max(0, ...rows.map(({ audit }) => audit.seq))
  if (there.length > 0) return [{ kind: 'other-head', chain, seq, row: there[0]?.row }]
  return last < seq ? [{ kind: 'cut', chain, seq: last + 1 }] : []
}

/** Which chain a first record continues, and where that one ended. */
const continuedBy = ({ audit, payload }: Row): readonly ChainStart[] => {
  const start = audit.event_type === 'mcp.chain.start' ? (JSON.parse(payload) as ChainStart) : undefined
  return start !== undefined && start.prev_chain !== '' ? [start] : []
}

/** A chain that another continues must end where that one says, if it is here at all. */
const checkContinued = (start: ChainStart, rowsOf: ReadonlyMap<string, readonly Row[]>): readonly Break[] => {
  const rows = rowsOf.get(start.prev_chain)
  if (rows === undefined || rows.some(({ head }) => head === start.prev_head)) return []
  const last = Math.max(...rows.map(({ audit }) => audit.seq))
  return [{ kind: 'cut', chain: start.prev_chain, seq: last + 1 }]
}

const auditHeadOf = (payload: string): AuditHead | undefined => {
  try {
    const audit = (JSON.parse(payload) as { readonly _audit?: Partial<AuditHead> } | null)?._audit
    const isHead =
      typeof audit?.chain === 'string' && Number.isSafeInteger(audit.seq) && typeof audit.prev === 'string'
    return isHead ? (audit as AuditHead) : undefined
  } catch {
    return undefined
  }
}
