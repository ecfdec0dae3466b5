// @vitest-environment happy-dom
import { beforeEach, expect, test, vi } from 'vitest'
import { ref } from 'vue'
import { useColumns } from './use-columns.ts'

const columns = ref([
  { key: 'name', title: 'Name' },
  { key: 'age', title: 'Age', isOptional: true },
])
const titlesOf = (of: ReturnType<typeof useColumns>) => of.shown.value.map(({ title }) => title)
beforeEach(() => localStorage.clear())

test('the last column stays', () => {
  const chosen = useColumns('people', columns)
  expect(chosen.choices.value).toEqual([
    { key: 'name', title: 'Name', isShown: true, isLast: true },
    { key: 'age', title: 'Age', isShown: false, isLast: false },
  ])
  chosen.turn('age')
  expect(chosen.choices.value.some(({ isLast }) => isLast)).toBe(false)
  expect(chosen.isChanged.value).toBe(true)
  chosen.turn('age')
  expect(chosen.isChanged.value).toBe(false)
})

test.each(['no JSON', '[]', 'null', '7', '{"name":"yes","gone":false}'])(
  'of %s that is kept nothing is taken that is no choice',
  (kept) => {
    localStorage.setItem('mcp-sentinel.columns.people', kept)
    expect(titlesOf(useColumns('people', columns))).toEqual(['Name'])
  },
)

test('where nothing may be kept a choice holds nonetheless', () => {
  vi.stubGlobal('localStorage', {
    getItem: () => {
      throw new Error('denied')
    },
  })
  const chosen = useColumns('people', columns)
  chosen.turn('age')
  expect(titlesOf(chosen)).toEqual(['Name', 'Age'])
  vi.unstubAllGlobals()
})
