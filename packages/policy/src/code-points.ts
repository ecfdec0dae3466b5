/** Strings by the order of their code points, which is that of their UTF-8 bytes. */
export const byCodePoint = (a: string, b: string): number => {
  const most = Math.min(a.length, b.length)
  for (let i = 0; i < most; i++) {
    const [left, right] = [a.charCodeAt(i), b.charCodeAt(i)]
    if (left !== right) return rankOf(left) - rankOf(right)
  }
  return a.length - b.length
}

/** Surrogates, whose upper five bits are 27, stand for code points above all others, and as code units lie below some. */
const rankOf = (unit: number): number => (unit >> 11 === 27 ? unit + 0x10000 : unit)
