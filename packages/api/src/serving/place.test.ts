import { describe, expect, test } from 'vitest'
import { createPlaceOf } from './place.ts'

const placeOf = createPlaceOf(['10.0.0.0/8', 'fd00::/8', '192.0.2.7'])

describe('the address of a client', () => {
  test.each<[string, string | undefined, string | undefined, string | undefined]>([
    ['nobody before it', '198.51.100.1', undefined, '198.51.100.1'],
    ['a client that says that it is another', '198.51.100.1', '127.0.0.1', '198.51.100.1'],
    ['a trusted proxy', '10.0.0.1', '198.51.100.1', '198.51.100.1'],
    [
      'what the client wrote, left of what the proxy wrote',
      '10.0.0.1',
      '127.0.0.1, 198.51.100.1',
      '198.51.100.1',
    ],
    ['two proxies', '10.0.0.1', '198.51.100.1, 10.0.0.2', '198.51.100.1'],
    ['two proxies, and what the client wrote', '10.0.0.1', '1.1.1.1,198.51.100.1,10.0.0.2', '198.51.100.1'],
    ['proxies alone', '10.0.0.1', '10.0.0.3, 10.0.0.2', '10.0.0.3'],
    ['a proxy that names nobody', '10.0.0.1', undefined, '10.0.0.1'],
    ['a proxy that names what is no address', '10.0.0.1', '198.51.100.1, unknown', '10.0.0.1'],
    ['a port', '10.0.0.1', '198.51.100.1:4711', '198.51.100.1'],
    ['IPv6 with a port', 'fd00::1', '[2001:db8::1]:4711', '2001:db8::1'],
    ['IPv4 as IPv6 writes it', '::ffff:10.0.0.1', '::ffff:198.51.100.1', '198.51.100.1'],
    ['one address that is trusted', '192.0.2.7', '198.51.100.1', '198.51.100.1'],
    ['its neighbour', '192.0.2.8', '198.51.100.1', '192.0.2.8'],
    ['a chain without end', '10.0.0.1', `198.51.100.1${',10.0.0.2'.repeat(100)}`, '10.0.0.2'],
    ['no connection', undefined, '198.51.100.1', undefined],
  ])('%s', (_, peer, forwardedFor, address) => {
    const headers = forwardedFor === undefined ? {} : { 'x-forwarded-for': forwardedFor }
    expect(placeOf({ peer, headers }).address).toBe(address)
  })
})

test('the host is that of the nearest trusted proxy, else the one that was asked', () => {
  const headers = { host: 'api:8080', 'x-forwarded-host': 'evil.example, dash.example' }
  expect(placeOf({ peer: '10.0.0.1', headers }).host).toBe('dash.example')
  expect(placeOf({ peer: '198.51.100.1', headers }).host).toBe('api:8080')
  expect(placeOf({ peer: '10.0.0.1', headers: { host: 'api:8080' } }).host).toBe('api:8080')
})

test('whoever says https is believed', () => {
  const isHttps = (proto: string) =>
    placeOf({ peer: '198.51.100.1', headers: { 'x-forwarded-proto': proto } }).isHttps
  expect(['https', 'http, https', 'HTTPS', 'http', 'https, http', ''].map(isHttps)).toEqual([
    true,
    true,
    true,
    false,
    false,
    false,
  ])
})

test.each(['', '10.0.0.0/33', '10.0.0', 'fd00::/129', '10.0.0.0/8/8', 'proxy', '10.0.0.0/'])(
  '%j is no network',
  (network) => expect(() => createPlaceOf([network])).toThrow('is no network'),
)
