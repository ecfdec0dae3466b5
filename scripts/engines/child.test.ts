import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { startChild } from './child.ts'

const place = () => {
  const folder = mkdtempSync(join(tmpdir(), 'toy-engine-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return { folder, log: join(folder, 'log') }
}

/** `S` of one that waits, `T` of one that stands still; of one that is not there, nothing. */
const stateOf = async (pid: number): Promise<string | undefined> => {
  const ps = spawn('ps', ['-o', 'stat=', '-p', String(pid)], { stdio: ['ignore', 'pipe', 'ignore'] })
  const [states] = await Promise.all([ps.stdout.toArray(), once(ps, 'close')])
  return Buffer.concat(states).toString().trim()[0]
}

/** Whether a process of that id runs. One that nobody has buried yet is still listed, as a zombie. */
const runs = async (pid: number): Promise<boolean> => ![undefined, 'Z'].includes(await stateOf(pid))

test('keeps what the child says, and tells how it ended', async () => {
  const { folder, log } = place()
  const spoke = await startChild('sh', ['-c', 'echo out; echo err >&2; exit 3'], { folder, log })
  expect(await spoke.ended).toBe('ended with 3')
  expect(readFileSync(log, 'utf8')).toBe('out\nerr\n')
  const killed = await startChild('sleep', ['60'], { folder, log })
  await killed.kill()
  expect(await killed.ended).toBe('killed by SIGKILL')
  await killed.kill()
  expect(existsSync(folder)).toBe(true)
})

test('stands still with what it started until it is thawed, and is killed in either state', async () => {
  const where = place()
  const pids = () => readFileSync(where.log, 'utf8').trim().split('\n').map(Number)
  const tree = await startChild('sh', ['-c', 'sleep 60 & echo $$; echo $!; wait'], where)
  await expect.poll(() => pids().length).toBe(2)
  const states = () => Promise.all(pids().map(stateOf))
  await tree.freeze()
  await expect.poll(states).toEqual(['T', 'T'])
  await tree.thaw()
  await expect.poll(states).toEqual(['S', 'S'])
  await tree.freeze()
  await tree.kill()
  const [, grandchild = 0] = pids()
  await expect.poll(() => stateOf(grandchild)).toBe('S')
  process.kill(grandchild, 'SIGKILL')
})

test('a program that is not there is an error', async () => {
  await expect(startChild('no-such-program', [], place())).rejects.toThrow('ENOENT')
})

test('the child and its folder go when its parent is killed', async () => {
  const where = place()
  const script = `
    import { startChild } from ${JSON.stringify(join(import.meta.dirname, 'child.ts'))}
    await startChild('sh', ['-c', 'echo $$; exec sleep 60'], ${JSON.stringify(where)})
    console.log('started')`
  const parent = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(parent.stdout, 'data')
  await expect.poll(() => readFileSync(where.log, 'utf8')).toMatch(/^\d+\n$/)
  const pid = Number(readFileSync(where.log, 'utf8'))
  expect(await runs(pid)).toBe(true)
  parent.kill('SIGKILL')
  await once(parent, 'exit')
  await expect.poll(() => runs(pid), { timeout: 10_000 }).toBe(false)
  await expect.poll(() => existsSync(where.folder), { timeout: 10_000 }).toBe(false)
})
