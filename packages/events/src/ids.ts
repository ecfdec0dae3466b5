import { randomFillSync } from 'node:crypto'

const randomBytesPerRefill = 4096
const bytesPerId = 10

/**
 * Makes UUIDs of version 7, lower case: 48 bits of time, then random. Within a millisecond, and when the clock goes
 * back, the 12 bits after the version count up, so that ids of one maker sort in the order they were made.
 */
export const createIds = (clock: () => number): (() => string) => {
  const random = Buffer.alloc(randomBytesPerRefill)
  let used = random.length
  let last = 0
  let time = ''
  let sequence = 0

  const moveTo = (instant: number): void => {
    last = instant
    const hex = instant.toString(16).padStart(12, '0')
    time = `${hex.slice(0, 8)}-${hex.slice(8)}-7`
  }

  return () => {
    if (used + bytesPerId > random.length) {
      randomFillSync(random)
      used = 0
    }
    const now = clock()
    if (now > last) {
      moveTo(now)
      // Starts low, so that there is room to count within the millisecond.
      sequence = random.readUInt16BE(used) & 0x7ff
    } else if (sequence === 0xfff) {
      moveTo(last + 1)
      sequence = 0
    } else sequence++
    const tail = random.toString('hex', used + 2, used + bytesPerId)
    const variant = '89ab'[(random[used] as number) & 3]
    used += bytesPerId
    return `${time}${sequence.toString(16).padStart(3, '0')}-${variant}${tail.slice(1, 4)}-${tail.slice(4)}`
  }
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

export const isUuid = (text: string): boolean => uuid.test(text)
