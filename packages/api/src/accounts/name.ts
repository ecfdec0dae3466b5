import { AccountError } from '../errors.ts'

const nameCharsMax = 100

/** What people call a key or a team. Throws `name_invalid`. */
export const parseName = (text: string): string => {
  const name = text.trim()
  if (name === '' || name.length > nameCharsMax || /\p{C}/u.test(name))
    throw new AccountError(
      'name_invalid',
      `a name has 1 to ${nameCharsMax} characters, none of them invisible`,
    )
  return name
}
