import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'
import { build, type Rollup } from 'vite'
import { expect, onTestFinished, test } from 'vitest'
import { decisions } from './decisions.ts'

/** A script that sets `decisions`, for a page. */
const script = async (): Promise<string> => {
  const built = await build({
    configFile: false,
    logLevel: 'silent',
    build: {
      write: false,
      minify: false,
      target: 'es2023',
      lib: {
        entry: fileURLToPath(new URL('decisions.ts', import.meta.url)),
        formats: ['iife'],
        name: 'made',
      },
    },
  })
  const [first] = [built].flat() as readonly Rollup.RollupOutput[]
  const [chunk] = first?.output ?? []
  if (chunk?.type !== 'chunk') throw new Error('nothing was built')
  return chunk.code
}

test('a browser decides 10,000 calls as Node does, byte for byte', async () => {
  const browser = await chromium.launch({
    executablePath: process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium',
    args: ['--no-sandbox'],
  })
  onTestFinished(() => browser.close())
  const page = await browser.newPage()
  await page.addScriptTag({ content: await script() })
  const there = (await page.evaluate('made.decisions(7, 10000)')) as string
  expect(there.split('\n').length).toBe(10_000)
  expect(there === decisions(7, 10_000)).toBe(true)
})
