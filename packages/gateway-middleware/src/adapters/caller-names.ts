import type { Caller } from '@mcp-sentinel/policy'
import type { Exchange } from '../exchange.ts'
import type { IdentityHeaders } from './identity-headers.ts'

/** For looking them up. */
export const lowerCase = ({ human, agent, team, session }: IdentityHeaders): IdentityHeaders => ({
  human: human.toLowerCase(),
  agent: agent.toLowerCase(),
  team: team.toLowerCase(),
  session: session.toLowerCase(),
})

/** Who the headers say is calling; undefined when one of them holds what no name is. Names are in lower case. */
export const callerInHeaders = (exchange: Exchange, names: IdentityHeaders): Caller | undefined => {
  const human = readName(exchange.header(names.human))
  const agent = readName(exchange.header(names.agent))
  const team = readName(exchange.header(names.team))
  const session = readName(exchange.header(names.session))
  if (human === null || agent === null || team === null || session === null) return undefined
  return { human, agent, team, session }
}

/** Characters of who somebody is. */
export const nameCharsMax = 2048

/** Whether a text may say who somebody is: it goes into records, where what is not printed could hide. */
export const isName = (text: string): boolean =>
  text.length > 0 && text.length <= nameCharsMax && !/\p{Cc}/u.test(text)

/** A header's value without the space around it; undefined when that is nothing, null when it is no name. */
export const readName = (value: string | undefined): string | undefined | null => {
  if (value === undefined) return undefined
  const text = (/^[\x20-\x7e]*$/.test(value) ? value : decoded(value))?.trim()
  if (text === '') return undefined
  return text !== undefined && isName(text) ? text : null
}

/** Headers arrive as bytes, a character each. Policies hold text, so what is not ASCII is read as UTF-8. */
const decoded = (value: string): string | undefined => {
  const bytes = Buffer.from(value, 'latin1')
  if (bytes.toString('latin1') !== value) return undefined
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}
