import { AccountError } from '../errors.ts'
import type { Actor } from './context.ts'
import type { NewUser, Users } from './users.ts'

/**
 * Makes an account where there is none of that address; one that is there is left as it is. Somebody may have signed up
 * with the address of an admin to be: that account is not made one, and the error says what to do.
 */
export const seedAccount = async (users: Users, seed: NewUser, actor: Actor): Promise<'made' | 'there'> => {
  try {
    await users.create(seed, actor)
    return 'made'
  } catch (error) {
    if (!(error instanceof AccountError) || error.code !== 'email_taken') throw error
    const found = await users.byEmail(seed.email)
    if (seed.role !== 'admin' || found?.role === 'admin') return 'there'
    const message =
      found === undefined
        ? `the account of ${seed.email} was removed; choose another address for the admin`
        : `${seed.email} has an account that is no admin's; remove it, or choose another address for the admin`
    throw new AccountError('email_taken', message, { cause: error })
  }
}
