import { expect, it } from 'vitest'
import { rows } from './quickstart.examples.ts'

it('the quickstart of the README stores its event', () => expect(rows).toBe(1))
