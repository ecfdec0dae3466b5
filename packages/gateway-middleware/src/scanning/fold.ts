/**
 * What readers that do not look closely take for one name: those that ignore case, and those that normalise (`ſ` and `S`
 * are `s`, the Kelvin sign is `k`, a full-width `ｎ` is `n`). Rather too much is equal than too little.
 */
export const foldName = (name: string): string => {
  if (isAscii(name)) return name.toUpperCase()
  // To lower case first, since ẞ is SS only by way of ß; normalised again, since a change of case may undo it.
  return name.normalize('NFKC').toLowerCase().toUpperCase().normalize('NFKC')
}

export const isAscii = (text: string): boolean => ascii.test(text)

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are ASCII too
const ascii = /^[\x00-\x7f]*$/
