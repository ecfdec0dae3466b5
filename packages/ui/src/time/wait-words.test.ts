import { expect, test } from 'vitest'
import { waitWords } from './wait-words.ts'

test.each([
  [0, '1 second'],
  [14.2, '15 seconds'],
  [60, '1 minute'],
  [61, '1 minute 1 second'],
  [150, '2 minutes 30 seconds'],
  [300, '5 minutes'],
])('%f seconds are %s', (seconds, words) => expect(waitWords(seconds)).toBe(words))
