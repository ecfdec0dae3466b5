import type { RequestRecord } from '@mcp-sentinel/events'
import {
  commitmentOf,
  type Disclosure,
  disclose,
  disclosuresMax,
  redact,
  redacted,
} from '@mcp-sentinel/events'
import type { RecordedParts, RecordedValue } from '@mcp-sentinel/policy'
import type { InspectedCall } from './inspect.ts'
import { isObject } from './message.ts'

/** What a record tells of its call, as rules of the policy want it. */
export type Recorded = Pick<RequestRecord, 'commitments' | 'disclosures'>

/** Characters of a value as JSON: a longer one is told by its digest, or a record could grow beyond what is taken. */
const valueCharsMax = 4_096
/** Arguments and result together have no more than an event may hold. */
const valuesMax = disclosuresMax / 2
const exact: readonly string[] = []

/**
 * Nothing that no rule names is told. Of two rules that name one argument the one that shows less counts, and what some rule
 * names as a digest is not shown within another's value. What is not there, or is a number that a double does
 * not carry, is left out.
 */
export const recordedOf = (
  root: keyof RecordedParts,
  wanted: readonly RecordedValue[],
  from: unknown,
  inexact = exact,
): Recorded | undefined => {
  const commitments: Record<string, string> = {}
  const disclosures: Disclosure[] = []
  for (const one of asLittleAsAsked(wanted).slice(0, valuesMax)) {
    const value = valueAt(from, one.pointer)
    if (value === undefined || isInexact(inexact, one.pointer)) continue
    const told = tell(`/${root}${one.pointer}`, value, one)
    if (told === undefined) continue
    commitments[told.disclosure.pointer] = told.commitment
    disclosures.push(told.disclosure)
  }
  return disclosures.length === 0 ? undefined : { commitments, disclosures }
}

export const recordedArguments = (
  recorded: readonly RecordedParts[],
  call: InspectedCall | undefined,
): Recorded | undefined => {
  const wanted = recorded.flatMap(({ arguments: some = [] }) => some)
  const { arguments: args } = call?.params ?? {}
  return isObject(args) ? recordedOf('arguments', wanted, args, call?.inexact) : undefined
}

/** Each pointer once, shown as little as any rule says. */
const asLittleAsAsked = (wanted: readonly RecordedValue[]): readonly RecordedValue[] => {
  const byPointer = Map.groupBy(wanted, ({ pointer }) => pointer)
  const hidden = [...byPointer].filter(([, all]) => all.some(isHidden)).map(([pointer]) => pointer)
  return Array.from(byPointer, ([pointer, all]) => {
    if (all.some(isHidden)) return { pointer, as: 'digest' }
    const within = hidden
      .filter((other) => other.startsWith(`${pointer}/`))
      .map((other) => other.slice(pointer.length))
    return { pointer, as: 'value', redact: [...all.flatMap(({ redact: some = [] }) => some), ...within] }
  })
}

const isHidden = ({ as }: RecordedValue): boolean => as !== 'value'

const tell = (
  pointer: string,
  value: unknown,
  { as, redact: pointers = [] }: RecordedValue,
): { readonly commitment: string; readonly disclosure: Disclosure } | undefined => {
  try {
    const shown = as === 'value' ? redact(value, pointers) : value
    const disclosure = disclose(pointer, shown)
    const commitment = commitmentOf(disclosure)
    const isShown = as === 'value' && JSON.stringify(shown).length <= valueCharsMax
    // The salt stays: whoever has the value can prove that it was this one.
    return { commitment, disclosure: isShown ? disclosure : { ...disclosure, value: redacted } }
  } catch {
    // Handed on by somebody who parsed it, and nothing that JSON could say: deeper than that, or in a circle.
    return undefined
  }
}

/** What a pointer leads to; undefined where it leads nowhere. Only what an object itself holds counts. */
const valueAt = (root: unknown, pointer: string): unknown => {
  let value = root
  for (const part of pointer.split('/').slice(1)) {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~')
    const isReadable = typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    if (!isReadable || (Array.isArray(value) && key === 'length')) return undefined
    value = (value as Readonly<Record<string, unknown>>)[key]
  }
  return value
}

const isInexact = (inexact: readonly string[], pointer: string): boolean =>
  inexact.some((one) => one === pointer || one.startsWith(`${pointer}/`))
