import { randomBytes } from 'node:crypto'
import { AccountError, type Accounts } from '@mcp-sentinel/api'

export interface Login {
  readonly email: string
  readonly password: string
}

const people = [
  { email: 'admin@localhost', role: 'admin' },
  { email: 'user@localhost', role: 'user' },
] as const
const actor = { requestId: 'up', identity: 'up' }

/** Those who can log in here from the start, with the passwords that they get now; nobody is told one twice. */
export const makeLogins = async (
  accounts: Accounts,
  { newPasswords }: { readonly newPasswords: boolean },
): Promise<readonly Login[]> => {
  const made: Login[] = []
  for (const { email, role } of people) {
    const password = randomBytes(12).toString('base64url')
    if (await give(accounts, { email, password, role }, newPasswords)) made.push({ email, password })
  }
  return made
}

const give = async (
  { users }: Accounts,
  login: Login & { readonly role: 'admin' | 'user' },
  isAnew: boolean,
): Promise<boolean> => {
  try {
    await users.create(login, actor)
    return true
  } catch (error) {
    if (!(error instanceof AccountError) || error.code !== 'email_taken') throw error
  }
  if (!isAnew) return false
  const before = `${login.email.slice(0, -1)}`
  const [user] = (await users.list({ limit: 5, after: before })).filter(({ email }) => email === login.email)
  if (user === undefined) return false
  await users.setPassword(user.id, login.password, actor)
  return true
}
