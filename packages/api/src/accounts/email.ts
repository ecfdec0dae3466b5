import { isIP } from 'node:net'
import { AccountError } from '../errors.ts'

export const emailCharsMax = 254

const pattern = /^[^\s@"<>(),:;\\[\]\p{C}]{1,64}@([a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63})*)$/u

/** As it is stored and compared: in lower case. Throws `email_invalid`. */
export const parseEmail = (text: string): string => {
  const email = text.length <= emailCharsMax ? text.trim().normalize('NFC').toLowerCase() : ''
  const host = pattern.exec(email)?.[1]
  if (host === undefined || isIP(host) !== 0 || host.split('.').some((part) => /^-|-$/.test(part)))
    throw new AccountError('email_invalid', 'this is no e-mail address')
  return email
}
