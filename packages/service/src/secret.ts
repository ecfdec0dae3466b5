import { inspect } from 'node:util'

/** A value that is used and never shown: printed, logged or serialised it is `[secret]`. */
export interface Secret {
  readonly reveal: () => string
}

const shown = '[secret]'

export const createSecret = (value: string): Secret => {
  const secret = {
    reveal: () => value,
    toString: () => shown,
    toJSON: () => shown,
    [inspect.custom]: () => shown,
  }
  return Object.freeze(secret)
}
