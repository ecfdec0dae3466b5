import { expect, test } from 'vitest'
import { createLateLog } from './late-log.ts'

const entries = [{ key: 'a', value: Buffer.from('{}'), headers: {}, receivedAtMs: 0 }]

const counting = (openings: readonly ('opens' | 'fails')[]) => {
  const told: string[] = []
  let opened = 0
  const log = createLateLog(async () => {
    const outcome = openings[opened++]
    told.push(`${outcome}`)
    if (outcome === 'fails') throw new Error('no brokers')
    return { append: async () => void told.push('append'), close: async () => void told.push('close') }
  })
  return { log, told }
}

test('is opened once, however many wait for it, and closed', async () => {
  const { log, told } = counting(['opens'])
  await Promise.all([log.append(entries), log.append(entries)])
  await log.close()
  expect(told).toEqual(['opens', 'append', 'append', 'close'])
})

test('that cannot be opened refuses what waits, and is tried again by what comes next', async () => {
  const { log, told } = counting(['fails', 'opens'])
  const waiting = [log.append(entries), log.append(entries)]
  for (const append of waiting) await expect(append).rejects.toThrow('no brokers')
  await log.append(entries)
  expect(told).toEqual(['fails', 'opens', 'append'])
})

test('that nobody needed is never opened', async () => {
  const { log, told } = counting([])
  await log.close()
  expect(told).toEqual([])
})
