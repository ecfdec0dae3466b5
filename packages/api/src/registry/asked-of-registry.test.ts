import { describe, expect, test } from 'vitest'
import { askedOfRegistry } from './asked-of-registry.ts'

const digest = `sha256:${'a'.repeat(64)}`
const touched = (uri: string, method?: string) => {
  const asked = askedOfRegistry(uri, method)
  return asked?.kind === 'repositories' ? asked.touched.map(({ name, way }) => `${way} ${name}`) : asked?.kind
}

describe('what is read', () => {
  test.each<[string, string | undefined, string, unknown]>([
    ['the base', 'GET', '/v2/', 'enter'],
    ['the base without a slash', 'GET', '/v2', 'enter'],
    ['all names', 'GET', '/v2/_catalog?n=10', 'catalogue'],
    ['tags', 'GET', '/v2/red/app/tags/list?n=10', ['pull red/app']],
    ['a manifest', 'GET', '/v2/red/app/manifests/latest', ['pull red/app']],
    ['whether a manifest is there', 'HEAD', `/v2/red/app/manifests/${digest}`, ['pull red/app']],
    ['a manifest that is pushed', 'PUT', '/v2/red/app/manifests/v1.0_b-2', ['push red/app']],
    ['a manifest that is deleted', 'DELETE', `/v2/red/app/manifests/${digest}`, ['push red/app']],
    ['what refers to it', 'GET', `/v2/red/app/referrers/${digest}`, ['pull red/app']],
    ['a blob', 'GET', `/v2/red/app/blobs/${digest}`, ['pull red/app']],
    ['a method that is not told', undefined, `/v2/red/app/blobs/${digest}`, ['push red/app']],
    ['an upload that begins', 'POST', '/v2/red/app/blobs/uploads/', ['push red/app']],
    ['how far an upload is', 'GET', '/v2/red/app/blobs/uploads/3fa85f64-5717?_state=x', ['push red/app']],
    ['an upload that ends', 'PUT', `/v2/red/app/blobs/uploads/3fa8?digest=${digest}`, ['push red/app']],
    [
      'a blob of another repository',
      'POST',
      `/v2/red/app/blobs/uploads/?mount=${digest}&from=blue/app`,
      ['push red/app', 'pull blue/app'],
    ],
    [
      'blobs of two others',
      'POST',
      `/v2/red/app/blobs/uploads/?mount=${digest}&from=blue/a&from=green/a`,
      ['push red/app', 'pull blue/a', 'pull green/a'],
    ],
    ['a name of one part', 'GET', '/v2/red/tags/list', ['pull red']],
    [
      'parts that are called as things are',
      'GET',
      '/v2/red/blobs/uploads/tags/list',
      ['pull red/blobs/uploads'],
    ],
    ['a whole URL', 'GET', 'https://registry.example/v2/red/app/tags/list', ['pull red/app']],
  ])('%s', (_, method, uri, expected) => expect(touched(uri, method)).toEqual(expected))
})

describe('what is not', () => {
  test.each([
    '',
    '/',
    '/v1/red/app/tags/list',
    '/v2/red/../blue/app/tags/list',
    '/v2/red%2F..%2Fblue/app/tags/list',
    '/v2/red%2fapp/tags/list',
    '/v2//blue/app/tags/list',
    '/v2/red//app/tags/list',
    '/v2/red\\..\\blue/tags/list',
    '/v2/Red/app/tags/list',
    '/v2/red/app/tags/list/',
    '/v2/red/app/tags/list#x',
    '/v2/red/app/tags/list?a?b',
    '/v2/red/app/tags/list\n/v2/',
    '/v2/red/app/secrets/all',
    '/v2/red/app/manifests/',
    '/v2/red/app/blobs/latest',
    '/v2/_catalog/x',
    '/v2/red/app/tags/list, /v2/',
    `/v2/red/app/blobs/uploads/?mount=${digest}`,
    `/v2/red/app/blobs/uploads/?mount=${digest}&from=`,
    `/v2/red/app/blobs/uploads/?mount=${digest}&from=blue/app&from=../green`,
    `/v2/${'a/'.repeat(200)}a/tags/list`,
    `/v2/red/app/tags/list?${'n'.repeat(9000)}`,
  ])('%j', (uri) => expect(askedOfRegistry(uri, 'GET')).toBe(undefined))

  test('is read in no time, however it is written', () => {
    for (const evil of ['a-'.repeat(4000), 'a.'.repeat(4000), 'a/'.repeat(4000), '_'.repeat(8000)])
      expect(askedOfRegistry(`/v2/${evil}`, 'GET')).toBe(undefined)
  })
})
