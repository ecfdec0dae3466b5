import { expect, test } from 'vitest'
import { traceLink } from './trace-link.ts'

const id = '4bf92f3577b34da6a3ce929d0e0e4736'
test.each([
  ['https://traces.example/trace/{traceId}', id, `https://traces.example/trace/${id}`],
  ['http://localhost:16686/search?id={traceId}&tab=1', id, `http://localhost:16686/search?id=${id}&tab=1`],
  ['https://traces.example/#{traceId}', id, `https://traces.example/#${id}`],
  ['https://traces.example/{traceId}', '../../x?y#z', 'https://traces.example/..%2F..%2Fx%3Fy%23z'],
  ['https://traces.example/{traceId}', '"><script>', 'https://traces.example/%22%3E%3Cscript%3E'],
  ['https://traces.example/{traceId}', 'a\ud800', 'https://traces.example/a%EF%BF%BD'],
])('%s with %s is %s', (template, traceId, link) => {
  expect(traceLink(template, traceId)).toBe(link)
})

test.each([
  [undefined, id],
  ['https://traces.example/trace', id],
  ['https://traces.example/{traceId}', ''],
  ['https://traces.example/{traceId}', undefined],
  ['/trace/{traceId}', id],
  ['javascript:alert("{traceId}")', id],
  ['data:text/html,{traceId}', id],
  ['{traceId}', 'javascript:alert(1)'],
  ['https://{traceId}.example/', 'evil.test'],
  ['https://traces.example{traceId}/', '.evil.test'],
])('%s with %s is no link', (template, traceId) => {
  expect(traceLink(template, traceId)).toBeUndefined()
})
