import { expect, test } from 'vitest'
import { isHttpsOrLoopback } from './safe-url.ts'

test.each([
  ['https://issuer.example', true],
  ['http://localhost:8080', true],
  ['http://127.0.0.1', true],
  ['http://127.1', true],
  ['http://[::1]:1', true],
  ['http://issuer.example', false],
  ['http://localhost.example', false],
  ['http://127.0.0.1.example', false],
  ['http://127.0.0.1@issuer.example', false],
  ['http://10.0.0.1', false],
  ['http://[::ffff:127.0.0.1]', false],
  ['ftp://localhost', false],
])('%s: %s', (url, expected) => expect(isHttpsOrLoopback(new URL(url))).toBe(expected))
