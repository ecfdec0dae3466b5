import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { makeSampleCall, sampleCalls } from './sample-calls.ts'
import { up } from './up.ts'

const folder = async (): Promise<string> => {
  const path = await mkdtemp(join(tmpdir(), 'up-'))
  onTestFinished(() => rm(path, { recursive: true, force: true }))
  return path
}

test('the stack comes up, guards the sample, keeps its data, and follows its policy file', {
  timeout: 60_000,
}, async () => {
  const directory = await folder()
  const lines: string[] = []
  const start = () => up({ directory, port: 0, print: (line) => lines.push(line) })
  const first = await start()
  expect(await first.show()).toBe(true)
  const said = lines.join('\n')
  expect(said).toMatch(/list_documents\s+allowed\s+grant workspace-ops/)
  expect(said).toMatch(/delete_document\s+refused\s+trust_too_low/)
  expect(said).toContain('would pass: consent to high in session sess-demo')

  const policy = await readFile(first.policyFile, 'utf8')
  await writeFile(first.policyFile, policy.replace('consented_trust: medium', 'consented_trust: high'))
  const [, deletion] = sampleCalls
  if (deletion === undefined) throw new Error('there is a second call')
  await vi.waitFor(
    async () => expect((await makeSampleCall(first.url, deletion)).text).toBe('Deleted roadmap.'),
    {
      timeout: 10_000,
    },
  )
  await first.close()

  // What was written into the policy is its user's, and stays.
  const second = await start()
  onTestFinished(second.close)
  expect((await makeSampleCall(second.url, deletion)).isRefused).toBe(false)
  expect(await second.show()).toBe(false)
})

test('a port that is taken is a fault that names it', { timeout: 60_000 }, async () => {
  const taken = createServer()
  taken.listen(0, '127.0.0.1')
  await once(taken, 'listening')
  onTestFinished(() => void taken.close())
  const { port } = taken.address() as AddressInfo
  const lines: string[] = []
  await expect(up({ directory: await folder(), port, print: (line) => lines.push(line) })).rejects.toThrow(
    `port ${port} is in use`,
  )
})
