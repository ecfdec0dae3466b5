const pagesMax = 5

interface Page {
  readonly next_cursor?: string | undefined
  readonly unreadable: readonly unknown[]
}

/** So many at once that reading them keeps nobody from typing. */
export const pageRows = 1_000

/** A list of up to five pages, asked for one after the other; where there is more, `next_cursor` says so. */
export const wholeList = async <
  Name extends string,
  P extends Page & Readonly<Record<Name, readonly unknown[]>>,
>(
  name: Name,
  ask: (cursor?: string) => Promise<P>,
): Promise<P> => {
  let whole = await ask()
  for (let pages = 1; pages < pagesMax && whole.next_cursor !== undefined; pages += 1) {
    const page = await ask(whole.next_cursor)
    whole = {
      ...page,
      [name]: [...whole[name], ...page[name]],
      unreadable: [...whole.unreadable, ...page.unreadable],
    }
  }
  return whole
}
