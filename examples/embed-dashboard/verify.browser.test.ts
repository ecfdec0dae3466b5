import { expect, test } from 'vitest'
import { verify } from './verify.ts'

test('a page of the dashboard is shown within another application', async () => {
  const chromiumPath = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium'
  expect(await verify({ print: () => {}, chromiumPath })).toEqual([])
})
