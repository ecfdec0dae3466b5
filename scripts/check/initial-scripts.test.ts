import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { faultsInInitialScripts } from './initial-scripts.ts'

const page = (html: string): string => {
  const directory = mkdtempSync(join(tmpdir(), 'initial-scripts-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  mkdirSync(join(directory, 'assets'))
  for (const name of ['main', 'ahead', 'later'])
    writeFileSync(join(directory, 'assets', `${name}.js`), `const ${name} = 1`)
  writeFileSync(join(directory, 'index.html'), html)
  return directory
}
const both = `<script src="/config.js"></script>
  <script type="module" crossorigin src="/assets/main.js"></script>
  <link rel="modulepreload" crossorigin href="/assets/ahead.js">`

test('what a page loads at first is counted, and nothing else', () => {
  expect(faultsInInitialScripts(page(both), 100)).toEqual([])
  const [fault = ''] = faultsInInitialScripts(page(both), 50)
  expect(fault).toMatch(/^loads \d+ bytes of scripts at first, of 50 at most/)
  expect(fault).toContain('assets/ahead.js')
  expect(fault).not.toContain('later')
})

test.each([
  ['a page that loads nothing', '<p></p>', /loads no script/],
  ['a folder without a page', '', /has no built page/],
])('%s is no small one', (_, html, fault) => {
  const directory = page(html)
  if (html === '') rmSync(join(directory, 'index.html'))
  expect(faultsInInitialScripts(directory, 100).join()).toMatch(fault)
})
