import { describe, expect, it } from 'vitest'
import { readStatement } from './statement.ts'

describe('readStatement', () => {
  const statements: readonly (readonly [string, string, string | undefined])[] = [
    ['select 1', 'SELECT', undefined],
    ['SELECT 1 FORMAT JSONEachRow', 'SELECT', 'JSONEachRow'],
    ['SELECT 1 format CSV SETTINGS max_threads = 1;', 'SELECT', 'CSV'],
    ["SELECT 'FORMAT CSV'", 'SELECT', undefined],
    ['SELECT (SELECT 1 FORMAT CSV)', 'SELECT', undefined],
    ['SELECT 1 -- FORMAT CSV', 'SELECT', undefined],
    ['SELECT 1 /* ; */ # ;\n;', 'SELECT', undefined],
    ['SELECT \'a;b\', `c;d`, "e;f", $tag$ ; $tag$', 'SELECT', undefined],
    ["SELECT 'it''s; \\'; '", 'SELECT', undefined],
    ['  /* why */ -- and\n (SELECT 1)', '(', undefined],
    ['WITH 1 AS one SELECT one', 'WITH', undefined],
    ['WITH 1 AS one INSERT INTO event SELECT one', 'INSERT', undefined],
    ['INSERT INTO event SELECT 1 FORMAT CSV', 'INSERT', 'CSV'],
    ["INSERT INTO event FROM INFILE 'x' FORMAT CSV", 'INSERT', 'CSV'],
  ]

  it.each(statements)('%j is a %s, written as %s', (sql, verb, format) => {
    expect(readStatement(sql)).toEqual({ verb, format, rows: undefined })
  })

  it.each([
    '',
    '  ',
    '-- nothing',
    '\\q',
    "'text'",
    '`quoted`',
    ';',
    'SELECT 1; SELECT 2',
    'INSERT INTO a SELECT 1; SELECT 2',
  ])('refuses %j', (sql) => {
    expect(() => readStatement(sql)).toThrow(/^Code: 62\..*\(SYNTAX_ERROR\)$/)
  })

  const path = "/data/it's"
  const file = "FROM INFILE '/data/it\\'s' COMPRESSION 'none'"
  const inserts: readonly (readonly [string, string])[] = [
    ['INSERT INTO event FORMAT CSV', `INSERT INTO event  ${file}  FORMAT CSV`],
    [
      'insert into a.`b` (c, `format`) format JSONEachRow\n',
      `insert into a.\`b\` (c, \`format\`)  ${file}  FORMAT JSONEachRow`,
    ],
    ['INSERT INTO event (* EXCEPT (a)) FORMAT CSV', `INSERT INTO event (* EXCEPT (a))  ${file}  FORMAT CSV`],
    ['INSERT INTO event VALUES', `INSERT INTO event  ${file}  FORMAT Values`],
    [
      'INSERT INTO event SETTINGS async_insert = 0 FORMAT CSV',
      `INSERT INTO event  ${file} SETTINGS async_insert = 0  FORMAT CSV`,
    ],
  ]

  it.each(inserts)('%s takes its rows from a file', (sql, expected) => {
    const { rows } = readStatement(sql)
    expect(rows?.fromFile(path)).toBe(expected)
    expect(rows?.begun).toBe(false)
  })

  it.each(["INSERT INTO event VALUES (1, ';')", 'INSERT INTO event FORMAT JSONEachRow {"a":1}'])(
    'sees that the rows of %s have begun',
    (sql) => {
      expect(readStatement(sql).rows?.begun).toBe(true)
    },
  )
})
