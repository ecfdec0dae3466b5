import { computed, type Ref } from 'vue'
import { type Grant, searchTextOf } from './governed.ts'

type Searched = Pick<Grant, 'name' | 'serverRef' | 'subject'>

/** What a search means, of any number; what they are searched by is made once, not with each letter. */
export const useFound = <T extends Searched>(
  all: Readonly<Ref<readonly T[]>>,
  search: Readonly<Ref<string>>,
) => {
  const texts = computed(() => all.value.map(searchTextOf))
  return computed(() => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean)
    if (words.length === 0) return all.value
    return all.value.filter((_, at) => words.every((word) => texts.value[at]?.includes(word)))
  })
}
