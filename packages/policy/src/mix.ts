/** Stirs one more small integer into a hash, so that low bits depend on all bits of all of them. */
export const mix = (hash: number, next: number): number => {
  const product = Math.imul(hash ^ next, 0x9e3779b1)
  return product ^ (product >>> 15)
}
