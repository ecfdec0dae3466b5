import type { Sorting } from './columns.ts'

/** As it stands in an address: the column, with a minus before it where it is sorted downwards. */
export const sortingText = (sorting: Sorting | undefined): string =>
  sorting === undefined ? '' : `${sorting.descending ? '-' : ''}${sorting.key}`

export const sortingIn = (text: string): Sorting | undefined =>
  text === '' ? undefined : { key: text.replace(/^-/, ''), descending: text.startsWith('-') }
