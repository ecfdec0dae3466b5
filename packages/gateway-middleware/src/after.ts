/** What may be there at once. */
export type Soon<T> = T | Promise<T>

/** Goes on in the same turn where there is nothing to wait for: waiting would cost more than a verdict. */
export const after = <T, R>(value: Soon<T>, next: (value: T) => Soon<R>): Soon<R> =>
  value instanceof Promise ? value.then(next) : next(value)
