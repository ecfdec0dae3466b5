const atOnceMax = 8

/** The results of work on each, in their order; not on all at the same time. */
export const inTurns = async <T, R>(
  all: readonly T[],
  work: (one: T, index: number) => Promise<R>,
): Promise<R[]> => {
  const results: R[] = []
  let next = 0
  const worker = async (): Promise<void> => {
    for (let at = next++; at < all.length; at = next++) results[at] = await work(all[at] as T, at)
  }
  await Promise.all(Array.from({ length: Math.min(atOnceMax, all.length) }, worker))
  return results
}
