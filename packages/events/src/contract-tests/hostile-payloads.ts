import fc from 'fast-check'
import { type ColumnName, columns } from '../clickhouse/columns.ts'

/** Those that hold what the payload says. */
export const memberColumns = (Object.keys(columns) as ColumnName[]).filter(
  (name) => columns[name] !== 'envelope',
)

const statusMax = 65_535

/** What a column holds by the parsed member of its name. */
export const cellOf = (name: ColumnName, value: unknown): unknown => {
  if (columns[name] === 'label' || columns[name] === 'text')
    return typeof value === 'string' ? value.toWellFormed() : ''
  const number = typeof value === 'number' && Number.isFinite(value) ? value + 0 : 0
  return columns[name] === 'number' ? number : Math.min(Math.max(Math.trunc(number), 0), statusMax) + 0
}

const aMember = fc.oneof(
  fc.string({ unit: 'binary' }).map((text) => JSON.stringify(text)),
  fc.string({ minLength: 100, maxLength: 300 }).map((text) => JSON.stringify(text)),
  fc.double().map((number) => JSON.stringify(number)),
  fc.integer({ min: -9_999_999, max: 9_999_999 }).map((number) => String(number / 1000)),
  fc.json({ maxDepth: 2 }),
  fc.constantFrom(
    '1e400',
    '-0',
    '-1',
    '70000',
    '1.9',
    '0.30000000000000004',
    '123456789012345678901234567890',
    '999999999999999',
    '5e-324',
    '"\\u0041\\/"',
    '"\\u0000"',
    '"\\ud83d\\ude00"',
    '"\\ud83d"',
    '"caf\u00e9 \u{1f600}"',
    `"${'x'.repeat(127)}"`,
    `"${'\u00e9'.repeat(127)}"`,
    `"${'y'.repeat(20_000)}"`,
    'true',
    '[5]',
    '"5"',
  ),
)

/** Payloads with members of columns and others, written in all the ways that JSON lets them be. */
export const aHostilePayload = fc
  .uniqueArray(fc.tuple(fc.constantFrom('other', ...memberColumns), aMember, fc.boolean()), {
    selector: ([name]) => name,
    maxLength: 12,
  })
  .map((members) => {
    const spelt = (name: string, isEscaped: boolean): string =>
      isEscaped ? `\\u${name.charCodeAt(0).toString(16).padStart(4, '0')}${name.slice(1)}` : name
    const written = members.map(
      ([name, text, isEscaped], index) => `"${spelt(name, isEscaped && index === 3)}" : ${text}`,
    )
    return `{ ${written.join(' , ')} }`
  })
