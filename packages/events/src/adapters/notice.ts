/** Something that happens again and again, and that others wait for. */
export interface Notice {
  readonly give: () => void
  /** Resolves when it is given next. */
  readonly wait: () => Promise<void>
}

export const createNotice = (): Notice => {
  let next = Promise.withResolvers<void>()
  return {
    give: () => {
      const { resolve } = next
      next = Promise.withResolvers<void>()
      resolve()
    },
    wait: () => next.promise,
  }
}
