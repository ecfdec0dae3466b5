import { expect, test } from 'vitest'
import { createLogger } from './log.ts'
import { createSecret } from './secret.ts'

const lines: string[] = []
const log = createLogger({ service: 'ingest', destination: { write: (line) => void lines.push(line) } })
const logged = (write: () => void): string => {
  lines.length = 0
  write()
  return lines.join('')
}

test('a line says who speaks, how grave it is, and when', () => {
  expect(JSON.parse(logged(() => log.warn({ request_id: 'r-1' }, 'slow')))).toEqual({
    level: 'warn',
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    service: 'ingest',
    request_id: 'r-1',
    msg: 'slow',
  })
})

test.each<[string, object]>([
  ['a header', { headers: { authorization: 'hunter2' } }],
  ['a header of a request', { req: { headers: { 'x-api-key': 'hunter2', cookie: 'hunter2' } } }],
  ['a header of an answer', { res: { 'set-cookie': ['hunter2'] } }],
  ['a field', { password: 'hunter2', token: 'hunter2' }],
  ['a secret', { keys: [createSecret('hunter2')] }],
])('%s is not told', (_, fields) => {
  const line = logged(() => log.error(fields, 'failed'))
  expect(line).toContain('[secret]')
  expect(line).not.toContain('hunter2')
})

test('an error is told with what caused it', () => {
  const error = new Error('append failed', { cause: new Error('no space left') })
  expect(JSON.parse(logged(() => log.error({ err: error }, 'failed'))).err).toMatchObject({
    type: 'Error',
    message: 'append failed: no space left',
    stack: expect.stringContaining('log.test.ts'),
  })
})

test('what is below the level is not written', () => {
  expect(logged(() => log.debug('detail'))).toBe('')
})
