import { createHmac, type KeyObject, sign } from 'node:crypto'

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')

/** A token as anybody might write one: what its header says need not be how it was signed. */
export const jwt = (
  header: { readonly alg: string; readonly kid?: string; readonly typ?: string },
  claims: object,
  key: KeyObject | string | undefined,
): string => {
  const text = `${part(header)}.${part(claims)}`
  if (key === undefined) return `${text}.`
  const signature =
    typeof key === 'string'
      ? createHmac('sha256', key).update(text).digest()
      : sign(null, Buffer.from(text), key)
  return `${text}.${signature.toString('base64url')}`
}
