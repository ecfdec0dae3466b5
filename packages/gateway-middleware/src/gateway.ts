import { createIds, type TraceContext } from '@mcp-sentinel/events'
import {
  type Caller,
  type CompiledPolicy,
  type Decision,
  type Reason,
  type Session,
  sessionOf,
} from '@mcp-sentinel/policy'
import { after, type Soon } from './after.ts'
import type { Definitions } from './definitions.ts'
import { endSpan } from './end-span.ts'
import type { Era } from './era.ts'
import type { Answer, Exchange } from './exchange.ts'
import { hearResults } from './heard-results.ts'
import type { Identified, Identify, Known, Unidentified } from './identify.ts'
import { type Inspected, type InspectedCall, inspect } from './inspect.ts'
import { type Circumstances, judge, standing } from './judge.ts'
import { createLedger, type Entry } from './ledger.ts'
import { showOf } from './listing.ts'
import type { Look } from './look.ts'
import type { Fault } from './message.ts'
import { createOpenCalls, type OpenCall } from './open-calls.ts'
import { policyReads } from './policy-reads.ts'
import type { PolicySource } from './policy-source.ts'
import type { Decided, End, ServerLabels } from './record.ts'
import { recordedArguments } from './recorded-parts.ts'
import type { Recorder } from './recorder.ts'
import { answerOf, type DenialStyle, type Refusal } from './refusal.ts'
import type { RequestSpan, RequestTracer } from './request-tracer.ts'
import { createSessionsSeen } from './sessions-seen.ts'
import { incomingTrace } from './trace.ts'

export interface GatewayOptions {
  readonly policy: PolicySource | Promise<PolicySource>
  readonly identify: Identify
  /** Where decisions are written down; a function gets each record when its call has ended. */
  readonly record: Recorder | Recorder['record']
  /** What records say of the server, where the policy's own words are not meant. */
  readonly server?: ServerLabels | undefined
  /** Needed where a policy pins definitions of tools; without it such tools are refused. */
  readonly definitions?: Definitions | undefined
  /** Is a session of the protocol, by what `Mcp-Session-Id` says, this caller's? Without it the server has to know. */
  readonly ownsSession?: ((caller: Caller, session: string) => boolean) | undefined
  /** How refusals are spoken where the policy does not say. */
  readonly denial?: DenialStyle | undefined
  /** Names of the headers that an adapter may add, told where an identity is missing. */
  readonly identityHeaders?: ((policy: CompiledPolicy | undefined) => readonly string[]) | undefined
  readonly bodyBytesMax?: number | undefined
  /** Makes spans of requests; without it traces go by as they came. */
  readonly tracer?: RequestTracer | undefined
  /** Told what went wrong here and was no caller's fault. */
  readonly report?: ((error: unknown) => void) | undefined
  /** Epoch milliseconds. */
  readonly clock?: (() => number) | undefined
}

/** Stands before one MCP server and decides what reaches it. Bindings bring it requests and carry out what it says. */
export interface Gateway {
  readonly admit: (exchange: Exchange) => Soon<Admission>
  /** Of a request; a binding reads no further. */
  readonly bodyBytesMax: number
  readonly openCalls: () => number
  /** Resolves when no call is open: all of them are written down. */
  readonly idle: () => Promise<void>
  /** Ends the policy source too; what is open goes on. */
  readonly close: () => Promise<void>
}

export type Admission = Refused | Passed

export interface Refused {
  readonly kind: 'refused'
  readonly answer: Answer
}

/** A request that goes on. Whoever forwards it says how it ended, once. */
export interface Passed {
  readonly kind: 'passed'
  readonly era: Era
  /** The body as it was judged: whoever hands on a value hands on this one. */
  readonly value: unknown
  readonly calls: readonly InspectedCall[]
  /** What is to be done with the answer's messages; undefined: nobody looks at them. */
  readonly look: Look | undefined
  readonly caller: Caller
  /** The caller's session, while it stands. */
  readonly session: () => Session | undefined
  readonly policy: CompiledPolicy
  /** What whoever is called next is told in place of what came; undefined: what came. */
  readonly trace: TraceContext | undefined
  readonly close: (end: Pick<End, 'status' | 'bytesOut' | 'outcome'>) => void
  /** What to do when it may not go on any more: its session was revoked, its token has ended, the policy is another. */
  readonly onCut: (cut: () => void) => void
}

/** A request on its way to a verdict. */
interface Attempt {
  readonly exchange: Exchange
  /** By the clock that never goes back. */
  readonly began: number
  readonly policy: CompiledPolicy | undefined
  readonly caller: Caller
  readonly asked: Inspected | Fault
  readonly span: RequestSpan | undefined
}

/** One that can be read, of somebody who is known to us. */
interface KnownAttempt extends Attempt {
  readonly policy: CompiledPolicy
  readonly who: Known
  readonly asked: Inspected
}

/** A call with what was found on it; `reason` where that is not the policy's verdict. */
interface Judged {
  readonly call?: InspectedCall | undefined
  readonly decision?: Decision | undefined
  readonly reason?: Reason | undefined
}

const nobody: Caller = {}
const noCalls: readonly InspectedCall[] = []
const anonymous: Known = { ok: true, caller: nobody }

export const createGateway = async (options: GatewayOptions): Promise<Gateway> => {
  const { identify, definitions, server = {}, denial = 'tool-result', tracer } = options
  const { bodyBytesMax = 1024 ** 2, clock = Date.now, report = () => {} } = options
  const source = await options.policy
  const ids = createIds(clock)
  const ledger = createLedger({ record: options.record, labels: server, report })
  const seen = createSessionsSeen(clock())
  const open = createOpenCalls(clock)
  const unlisten = source.onChange(open.judge)

  // Identify, decide, record, pass: what a binding forwards, and only that, has come through all of it.
  const admit = (exchange: Exchange): Soon<Admission> => {
    const began = performance.now()
    const policy = source.current()
    const asked = inspect(exchange, { bodyBytesMax, reads: policyReads(policy) })
    const calls = 'code' in asked ? noCalls : asked.calls
    const span = tracer?.begin(incomingTrace(exchange, calls, clock()))
    const unknown = { exchange, began, policy, caller: nobody, asked, span }
    if (policy === undefined) return refuse(unknown, 'policy_unavailable')

    return after(identified(exchange, policy), (who) => {
      if (!who.ok) return refuse(unknown, who.reason, who)
      const { caller } = who
      if ('code' in asked) return refuse({ ...unknown, caller }, 'rpc_inspection_failed')
      if (asked.era === 'legacy' && !isOwnSession(exchange, caller))
        return refuse({ ...unknown, caller }, 'mcp_session_not_found')
      return decide({ exchange, began, policy, caller, asked, who, span })
    })
  }

  const decide = (known: KnownAttempt): Soon<Admission> => {
    const { asked, policy, caller } = known
    const given = circumstances(policy, caller)
    const fallen = asked.calls.length === 0 ? standing(policy, given) : undefined
    if (fallen !== undefined) return refuse(known, fallen)
    const decisions = asked.calls.map((call) => judge(policy, call, given))
    if (decisions.some(({ allowed }) => !allowed)) return refuseCalls(known, decisions)

    const passed = asked.calls.map((call, index) => decided(known, { call, decision: decisions[index] }))
    return after(ledger.begin(passed), ({ isDurable, entries }) => {
      if (!isDurable) return refuseUnwritten(known, passed, entries)
      // A name alone keeps no session alive: it has to be the caller's.
      if (given.sessionSeenAt !== undefined && decisions.some(hasSession))
        seen.see(caller.session ?? '', given.now)
      return pass(known, entries, passed)
    })
  }

  const identified = (exchange: Exchange, policy: CompiledPolicy): Soon<Identified> => {
    // A browser asks, without credentials, whether it may ask; nothing is done for it.
    if (isPreflight(exchange)) return anonymous
    try {
      const who = identify(exchange, policy)
      return who instanceof Promise ? who.catch(undecided) : who
    } catch (error) {
      return undecided(error)
    }
  }

  const undecided = (error: unknown): Unidentified => {
    report(error)
    return { ok: false, reason: 'undecided' }
  }

  const isOwnSession = ({ header }: Exchange, caller: Caller): boolean => {
    const session = options.ownsSession && header('mcp-session-id')
    return session === undefined || options.ownsSession?.(caller, session) === true
  }

  const circumstances = (policy: CompiledPolicy, caller: Caller): Circumstances => {
    const { session } = caller
    const isAsked = session !== undefined && policy.idleTimeoutMs !== undefined
    return { caller, definitions, now: clock(), sessionSeenAt: isAsked ? seen.seenAt(session) : undefined }
  }

  const decided = (
    { exchange, caller, policy, span }: Attempt,
    { call, decision, reason }: Judged,
  ): Decided => ({
    exchange,
    caller,
    call,
    decision,
    reason: reason ?? decision?.reason ?? 'undecided',
    isAllowed: reason === undefined && decision?.allowed === true,
    decisionId: ids(),
    document: policy?.document,
    toolDigest: call && definitions?.digestOf(call.target.name),
    recorded: decision?.recorded && recordedArguments(decision.recorded, call),
    trace: span?.context,
  })

  /** All of a request, for one reason that is not its calls'. */
  const refuse = (attempt: Attempt, reason: Reason, who?: Unidentified): Refused => {
    const { asked } = attempt
    const calls = 'code' in asked || asked.calls.length === 0 ? [undefined] : asked.calls
    const denied = calls.map((call) => decided(attempt, { call, reason }))
    return answer(attempt, denied, who?.challenge)
  }

  /** Calls that were let pass and cannot be written down. */
  const refuseUnwritten = (
    attempt: KnownAttempt,
    passed: readonly Decided[],
    entries: readonly Entry[],
  ): Refused => {
    const denied = passed.map((one) => ({ ...one, reason: 'audit_unavailable', isAllowed: false }) as const)
    return answer(attempt, denied, undefined, entries)
  }

  /** What was denied for what it is, and the rest of its batch because of it. */
  const refuseCalls = (attempt: KnownAttempt, decisions: readonly Decision[]): Refused => {
    const denied = attempt.asked.calls.map((call, index) => {
      const decision = decisions[index]
      return decided(attempt, {
        call,
        decision,
        reason: decision?.allowed ? 'batch_refused' : decision?.reason,
      })
    })
    return answer(attempt, denied)
  }

  const answer = (
    attempt: Attempt,
    denied: readonly Decided[],
    challenge?: string,
    entries?: readonly Entry[],
  ): Refused => {
    const { asked, policy, began } = attempt
    const fault = 'code' in asked ? asked : undefined
    // What is denied by itself speaks for its batch.
    const refusals = denied
      .map((one) => refusalOf(one, one.reason === 'rpc_inspection_failed' ? fault : undefined))
      .sort((a, b) => Number(isOfBatch(a)) - Number(isOfBatch(b)))
    const spoken = answerOf({
      refusals,
      isBatch: fault === undefined && (asked as Inspected).isBatch,
      era: fault === undefined ? (asked as Inspected).era : 'legacy',
      style: policy?.document.policy?.denial ?? denial,
      challenge,
      identityHeaders: options.identityHeaders?.(policy),
    })
    const end = {
      status: spoken.status,
      bytesOut: Buffer.byteLength(spoken.body),
      outcome: 'closed',
    } as const
    for (const [index, one] of denied.entries()) {
      const told = { ...end, latencyMs: performance.now() - began }
      const entry = entries?.[index]
      if (entry === undefined) ledger.write(one, told)
      else entry.close(told, one)
    }
    endSpan(attempt, end, denied)
    return { kind: 'refused', answer: spoken }
  }

  const pass = (admitted: KnownAttempt, entries: readonly Entry[], decided: readonly Decided[]): Passed => {
    const { asked, caller, policy, began, who, span } = admitted
    let cut: (() => void) | undefined
    let isCut = false
    let isClosed = false
    const stands = (now: number): boolean => {
      const present = source.current()
      if (present === undefined || (who.expiresAt ?? Number.POSITIVE_INFINITY) <= now) return false
      // Whoever waits for an answer is not idle.
      const given = { caller, definitions, now, sessionSeenAt: now }
      return asked.calls.length === 0
        ? standing(present, given) === undefined
        : asked.calls.every((call) => judge(present, call, given).allowed)
    }
    const one: OpenCall = {
      began: clock(),
      stands,
      isLong: () => {
        for (const entry of entries) entry.isLong(performance.now() - began)
      },
      cut: () => {
        isCut = true
        cut?.()
      },
    }
    const ended = open.add(one)
    const heard = hearResults(decided)
    const show =
      policy.document.policy?.listing === 'permitted' && mayList(asked)
        ? showOf(policy, caller, clock())
        : undefined
    return {
      kind: 'passed',
      era: asked.era,
      value: asked.value,
      calls: asked.calls,
      look: show || heard ? { show, heed: heard?.heed } : undefined,
      caller,
      session: () =>
        standing(policy, { caller, definitions, now: clock(), sessionSeenAt: clock() }) === undefined
          ? sessionOf(policy, caller)
          : undefined,
      policy,
      trace: span?.context,
      close: (end) => {
        if (isClosed) return
        isClosed = true
        ended()
        for (const [index, entry] of entries.entries())
          entry.close({ ...end, latencyMs: performance.now() - began }, heard?.of(decided[index]))
        endSpan(admitted, end, decided)
      },
      onCut: (wanted) => {
        cut = wanted
        // Things may have changed before anybody could say what to do then.
        if (isCut) wanted()
      },
    }
  }

  return {
    admit,
    bodyBytesMax,
    openCalls: open.count,
    idle: open.none,
    close: async () => {
      unlisten()
      open.close()
      await source.close()
    },
  }
}

/** Only what has a target is sure to be answered without a list: streams that are resumed may bring any. */
const mayList = ({ calls }: Inspected): boolean =>
  calls.length === 0 || calls.some(({ target }) => target.name === '')

const isPreflight = ({ method, header }: Exchange): boolean =>
  method === 'OPTIONS' && header('access-control-request-method') !== undefined

const hasSession = ({ matchedSession, wouldBe }: Decision): boolean =>
  (wouldBe?.matchedSession ?? matchedSession) !== undefined

const isOfBatch = ({ reason }: Refusal): boolean => reason === 'batch_refused'

const refusalOf = (denied: Decided, fault: Fault | undefined): Refusal => ({
  reason: denied.reason,
  decisionId: denied.decisionId,
  call: fault === undefined ? denied.call : { id: fault.id, method: '' },
  pointer: denied.decision?.pointer,
  detail: fault?.message,
  code: fault?.code,
  status: fault?.status,
})
