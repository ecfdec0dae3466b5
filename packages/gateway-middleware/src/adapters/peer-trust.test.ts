import { expect, test } from 'vitest'
import { createPeerTrust } from './peer-trust.ts'

test.each<[string | undefined, boolean]>([
  ['127.0.0.1', true],
  ['127.9.9.9', true],
  ['::1', true],
  ['::ffff:127.0.0.1', true],
  ['::FFFF:127.0.0.1', true],
  [undefined, true],
  ['10.0.0.1', false],
  ['::ffff:10.0.0.1', false],
  ['::2', false],
  ['0.0.0.0', false],
  ['::', false],
  ['::127.0.0.1', false],
  ['', false],
  ['localhost', false],
  ['127.0.0.1.example', false],
  ['127.1', false],
  ['unknown', false],
])('left to itself, %j: %j', (peer, expected) => expect(createPeerTrust(undefined)(peer)).toBe(expected))

test.each<[string, string | undefined, boolean]>([
  ['10.0.0.0/8', '10.255.0.1', true],
  ['10.0.0.0/8', '::ffff:10.255.0.1', true],
  ['10.0.0.0/8', '::ffff:a00:1', true],
  ['10.0.0.0/8', '11.0.0.1', false],
  ['10.0.0.0/8', '127.0.0.1', false],
  ['10.0.0.0/8', undefined, false],
  ['10.1.2.3', '10.1.2.3', true],
  ['10.1.2.3', '10.1.2.4', false],
  ['10.1.2.3/0', '8.8.8.8', true],
  ['0.0.0.0/0', 'fd00::1', false],
  ['fd00::/8', 'fd12::1', true],
  ['fd00::/8', 'fe80::1', false],
  ['fe80::/10', 'fe80::1%eth0', true],
  ['::1', '::1', true],
  ['::1', '127.0.0.1', false],
  ['::ffff:10.0.0.0/104', '10.1.1.1', true],
  ['::ffff:10.0.0.0/104', '11.1.1.1', false],
  ['::ffff:10.0.0.1', '10.0.0.1', true],
  [' 10.0.0.0/8 ', '10.0.0.1', true],
])('in %s, %j: %j', (cidr, peer, expected) => {
  const isTrusted = createPeerTrust({ cidrs: ['192.0.2.0/24', cidr] })
  for (const _ of [1, 2]) expect(isTrusted(peer)).toBe(expected)
  expect(isTrusted('192.0.2.7')).toBe(true)
  expect(isTrusted('198.51.100.1')).toBe(cidr.endsWith('/0') && cidr.includes('.'))
})

test('no network is nobody', () => expect(createPeerTrust({ cidrs: [] })('127.0.0.1')).toBe(false))

test('anyone is anybody', () => {
  for (const peer of ['203.0.113.1', undefined, 'nonsense'])
    expect(createPeerTrust('anyone')(peer)).toBe(true)
})

test.each([
  '',
  '10.0.0.0/33',
  '10.0.0.0/-1',
  '10.0.0.0/',
  '10.0.0.0/8x',
  'fd00::/129',
  'example.org',
  '::ffff:10.0.0.0/8',
  'fe80::1%eth0',
  '10.0.0/8',
])('%j is no network', (cidr) => expect(() => createPeerTrust({ cidrs: [cidr] })).toThrow(TypeError))
