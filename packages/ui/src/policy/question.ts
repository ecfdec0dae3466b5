import type { Caller, PolicyDocument, PolicyRequest, Session, Subject } from '@mcp-sentinel/policy'
import { namedText } from '../shown-text/shown-text.ts'

/** A call that somebody wonders about: what is left open is empty. */
export interface Question {
  readonly human: string
  readonly agent: string
  readonly team: string
  readonly session: string
  readonly tool: string
  /** JSON; empty: none are known. */
  readonly arguments: string
}

export const noQuestion: Question = { human: '', agent: '', team: '', session: '', tool: '', arguments: '' }

/** What would be asked of the gateway; undefined where the arguments are no JSON. */
export const requestOf = (question: Question, now: number): PolicyRequest | undefined => {
  const { human, agent, team, session, tool, arguments: text } = question
  const read = jsonIn(text)
  if (read === undefined) return undefined
  return {
    human,
    agent,
    team,
    session,
    method: 'tools/call',
    target: tool,
    // As one that was used just now: whether it is idle only the gateway knows.
    sessionSeenAt: now,
    ...(text.trim() === '' ? {} : { arguments: read.value }),
  }
}

const jsonIn = (text: string): { readonly value: unknown } | undefined => {
  try {
    return { value: text.trim() === '' ? undefined : (JSON.parse(text) as unknown) }
  } catch {
    return undefined
  }
}

/** Everybody whom grants and sessions of a policy speak of, each once. */
export const callersOf = ({ grants = [], sessions = [] }: PolicyDocument): readonly Caller[] => {
  const callers = new Map<string, Caller>()
  for (const caller of [
    ...sessions.map((one) => ({ ...asCaller(one), session: one.name })),
    ...grants.map(asCaller),
  ]) {
    const { human, agent, team, session } = caller as Caller
    callers.set(JSON.stringify([human, agent, team, session]), caller)
  }
  return [...callers.values()].sort((a, b) => callerText(a).localeCompare(callerText(b)))
}

const asCaller = ({ human_id, agent_id, team_id }: Subject): Caller => ({
  human: human_id ?? '',
  agent: agent_id ?? '',
  team: team_id ?? '',
})

export const callerText = ({ human, agent, team }: Caller, teamName = (id: string) => id): string =>
  [human, agent, team && `team ${teamName(team)}`]
    .flatMap((part) => (part ? [namedText(part)] : []))
    .join(' · ') || 'anybody'

/** The session of theirs that consents to most, of those that hold. */
export const bestSession = (
  { sessions = [] }: PolicyDocument,
  caller: Caller,
  now: number,
): Session | undefined => {
  const ranks = { low: 1, medium: 2, high: 3 }
  const agrees = (one: string | undefined, other: string | undefined) => !one || !other || one === other
  return sessions
    .filter(({ revoked, expires_at }) => !revoked && !(expires_at && Date.parse(expires_at) <= now))
    .filter(
      (one) =>
        agrees(one.human_id, caller.human) &&
        agrees(one.agent_id, caller.agent) &&
        agrees(one.team_id, caller.team),
    )
    .sort((a, b) => ranks[b.consented_trust ?? 'low'] - ranks[a.consented_trust ?? 'low'])[0]
}
