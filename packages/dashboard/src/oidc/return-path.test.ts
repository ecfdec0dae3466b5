import { expect, test } from 'vitest'
import { returnPathOf } from './return-path.ts'

test.each([
  ['/events?decision=deny#newest', '/events?decision=deny#newest'],
  ['/servers/a/b', '/servers/a/b'],
  ['/', '/'],
])('%s is ours', (wanted, path) => expect(returnPathOf(wanted)).toBe(path))

test.each([
  undefined,
  ['/events'],
  '',
  'events',
  'https://evil.example/',
  'javascript:alert(1)',
  '//evil.example',
  '/\\evil.example',
  '\\\\evil.example',
  '/\t/evil.example',
  '/\n/evil.example',
  '/..//evil.example',
  '/.//evil.example',
  '/x/../\\evil.example',
  `/${'x'.repeat(2000)}`,
])('%j leads home', (wanted) => expect(returnPathOf(wanted)).toBe('/'))

test('what it leads to never has another origin', () => {
  for (const wanted of ['/%2f%2fevil.example', '/@evil.example', '/?x=//evil.example', '/;//evil.example'])
    expect(new URL(returnPathOf(wanted), 'https://ours.example').origin).toBe('https://ours.example')
})
