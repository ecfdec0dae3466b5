import { expect, test } from 'vitest'
import { createTurns } from './turns.ts'

const closedError = () => new Error('closed')

test('one at a time, in the order in which they asked', async () => {
  const turns = createTurns(closedError)
  const seen: string[] = []
  const use = async (name: string): Promise<void> => {
    const end = await turns.take()
    seen.push(`${name} begins`)
    await Promise.resolve()
    seen.push(`${name} ends`)
    end()
  }
  await Promise.all(['a', 'b', 'c'].map(use))
  expect(seen).toEqual(['a', 'b', 'c'].flatMap((name) => [`${name} begins`, `${name} ends`]))
})

test('a turn that is ended twice ends nobody else’s', async () => {
  const turns = createTurns(closedError)
  const end = await turns.take()
  const second = turns.take()
  end()
  await second
  end()
  let began = false
  void turns.take().then(() => {
    began = true
  })
  await new Promise(setImmediate)
  expect(began).toBe(false)
})

test('closing waits for the turn that runs, and refuses those who wait and those who come', async () => {
  const turns = createTurns(closedError)
  const end = await turns.take()
  const refused = expect(turns.take()).rejects.toThrow('closed')
  let isClosed = false
  const closed = turns.close().then(() => {
    isClosed = true
  })
  await refused
  expect(isClosed).toBe(false)
  end()
  await closed
  await turns.close()
  await expect(turns.take()).rejects.toThrow('closed')
})
