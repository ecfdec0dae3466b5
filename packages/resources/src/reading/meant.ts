const wordCharsMax = 64

/** The known word that a misspelt one is nearest to, if it is near enough to guess; capitals do not count. */
export const meant = (word: string, known: readonly string[]): string | undefined => {
  if (word.length > wordCharsMax) return undefined
  const most = word.length < 4 ? 1 : 2
  const ranked = known
    .map((candidate) => ({ candidate, distance: distance(word.toLowerCase(), candidate.toLowerCase()) }))
    .filter((one) => one.distance <= most)
    .sort((a, b) => a.distance - b.distance)
  return ranked[0]?.candidate
}

/** Letters inserted, dropped or replaced to turn one word into the other. */
const distance = (from: string, to: string): number => {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column)
  for (const [index, letter] of [...from].entries()) {
    const next = [index + 1]
    for (let column = 1; column < row.length; column++) {
      const replaced = Number(row[column - 1]) + (letter === to[column - 1] ? 0 : 1)
      next.push(Math.min(replaced, Number(row[column]) + 1, Number(next[column - 1]) + 1))
    }
    row = next
  }
  return row.at(-1) ?? 0
}
