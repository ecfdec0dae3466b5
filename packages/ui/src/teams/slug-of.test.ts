import { endpoints } from '@mcp-sentinel/contract'
import { expect, test } from 'vitest'
import { slugOf } from './slug-of.ts'

test.each([
  ['Payments', 'payments'],
  ['Data & Insights', 'data-insights'],
  ['  Zürich  ', 'zurich'],
  ['–––', ''],
  ['a'.repeat(60), 'a'.repeat(54)],
  [`${'a'.repeat(53)} b`, 'a'.repeat(53)],
])('%s becomes %s', (name, slug) => {
  expect(slugOf(name)).toBe(slug)
  if (slug !== '') expect(endpoints.teams.create.body.safeParse({ name, slug }).success).toBe(true)
})
