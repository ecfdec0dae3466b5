import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { TestProject } from 'vitest/node'
import type { Stack } from './stack.ts'

declare module 'vitest' {
  interface ProvidedContext {
    stack: Stack
  }
}

/** One stack for all browser tests: it takes longer to bring up than most of them take. */
export const setup = async ({ provide }: TestProject): Promise<() => Promise<void>> => {
  const serve = fileURLToPath(new URL('./serve-stack.ts', import.meta.url))
  // A process of its own: what runs here cannot tell where modules are, as the stack has to.
  const child = spawn(process.execPath, ['--conditions=@mcp-sentinel/source', serve], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const over = once(child, 'exit')
  const told = once(createInterface(child.stdout), 'line')
  const [line] = await Promise.race([told, over.then(() => ['null'])])
  const stack = JSON.parse(String(line)) as Stack | null
  if (stack === null) throw new Error('the stack did not come up')
  provide('stack', stack)
  return async () => {
    child.stdin.end()
    await over
  }
}
