import { appendFile, mkdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryDirectory } from '../segment/fault-tests/temporary-directory.ts'
import { createRejectedFile, type Rejected } from './rejected-file.ts'

const rejected = (event: string): Rejected => ({
  index: 0,
  code: 'invalid_fields',
  message: 'not so',
  event: Buffer.from(event),
})

const createFile = async (bytesMax: number) => {
  const directory = await temporaryDirectory()
  const path = join(directory, 'rejected.ndjson')
  return { path, keep: createRejectedFile({ directory, bytesMax, clock: () => 0 }) }
}

test('an event is a line, behind whatever was left half written, for the eyes of its owner only', async () => {
  const { path, keep } = await createFile(1000)
  await keep([rejected('{"a":\n1}'), rejected('two')])
  await appendFile(path, '{"half":')
  await keep([rejected('three')])
  const lines = (await readFile(path, 'utf8')).trimEnd().split('\n')
  expect([lines.length, lines[2]]).toEqual([4, '{"half":'])
  expect(lines.toSpliced(2, 1).map((line) => JSON.parse(line))).toEqual(
    ['{"a":\n1}', 'two', 'three'].map((event) => ({
      at: '1970-01-01T00:00:00.000Z',
      code: 'invalid_fields',
      message: 'not so',
      event,
    })),
  )
  expect((await stat(path)).mode & 0o777).toBe(0o600)
})

test('it never grows beyond its bound, but for a first batch that alone has more', async () => {
  const { path, keep } = await createFile(200)
  await keep([rejected('x'.repeat(300))])
  const { size } = await stat(path)
  await expect(keep([rejected('y')])).rejects.toMatchObject({ code: 'rejected_full', retryable: false })
  expect((await stat(path)).size).toBe(size)
})

test('a disk that does not take it says why', async () => {
  const { path, keep } = await createFile(200)
  await mkdir(path)
  await expect(keep([rejected('a')])).rejects.toMatchObject({
    code: 'segment_write_failed',
    cause: { code: 'EISDIR' },
  })
})
