import { readFile } from 'node:fs/promises'
import { variablesTable } from '@mcp-sentinel/service'
import { expect, test } from 'vitest'
import { config } from './config.ts'
import { signInErrorCodes } from './oidc/sign-in-error.ts'
import { told } from './quickstart.examples.ts'

test('the example of the README tells where the API is', () =>
  expect(told).toContain('window.MCP_API_BASE = "/api"'))

test('the README has the table of variables', async () =>
  expect(await readFile(new URL('../README.md', import.meta.url), 'utf8')).toContain(
    variablesTable(config.variables),
  ))

test('the README has every code of a sign-in that came to nothing', async () => {
  const text = await readFile(new URL('../README.md', import.meta.url), 'utf8')
  const [, section = ''] = text.split('## Signing in with an identity provider')
  expect([...section.matchAll(/^\| `(\w+)` \|/gm)].map(([, code]) => code)).toEqual([...signInErrorCodes])
})
