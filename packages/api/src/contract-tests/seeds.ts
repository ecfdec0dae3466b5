import { describe, expect, it } from 'vitest'
import { seedAccount } from '../accounts/seed.ts'
import { actor, password, type Scene } from './world.ts'

export const describeSeeds = (scene: () => Scene): void => {
  describe('accounts of the settings', () => {
    const root = { email: 'Root@example.org', password, role: 'admin' } as const

    it('are made where they are not there, also by many that start at once', async () => {
      const { users, logins } = scene().world
      const made = await Promise.all([1, 2, 3].map(() => seedAccount(users, root, actor)))
      expect(made.sort()).toEqual(['made', 'there', 'there'])
      expect(await logins.byPassword('root@example.org', password, actor)).toMatchObject({ role: 'admin' })
    })

    it('keep the password that was set since', async () => {
      const { users, logins } = scene().world
      await seedAccount(users, root, actor)
      const user = await users.byEmail(root.email)
      await users.setPassword(user?.id ?? '', 'another password', actor)
      expect(await seedAccount(users, root, actor)).toBe('there')
      await logins.byPassword(root.email, 'another password', actor)
    })

    it('are not those of whoever signed up with the address before, nor of who was removed', async () => {
      const { users, logins } = scene().world
      const early = await logins.signUp({ email: root.email, password: 'of an attacker' }, actor)
      await expect(seedAccount(users, root, actor)).rejects.toThrow('is no admin')
      expect(await users.get(early.id)).toEqual(early)
      await users.remove(early.id, actor)
      await expect(seedAccount(users, root, actor)).rejects.toThrow('was removed')
    })

    it('may be a user’s, who has become an admin since', async () => {
      const { users } = scene().world
      const seed = { ...root, role: 'user' } as const
      await seedAccount(users, seed, actor)
      const user = await users.byEmail(root.email)
      await users.setRole(user?.id ?? '', 'admin', actor)
      expect(await seedAccount(users, seed, actor)).toBe('there')
    })
  })
}
