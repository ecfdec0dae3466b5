import type { User } from '../accounts/users.ts'
import { type Authenticate, anonymous, type Caller } from '../caller.ts'
import { unauthorized } from '../problems.ts'

const person = (name: string, role: User['role'] = 'user'): User => ({
  id: `00000000-0000-4000-8000-${Buffer.from(name).toString('hex').padStart(12, '0').slice(-12)}`,
  email: `${name}@example.org`,
  role,
})

const inTeam = (slug: string, role: 'owner' | 'member') => ({
  id: `10000000-0000-4000-8000-${Buffer.from(slug).toString('hex').padStart(12, '0').slice(-12)}`,
  slug,
  name: slug,
  namespace: `mcp-team-${slug}`,
  createdAt: new Date('2026-01-01T00:00:00Z'),
  role,
})

const of = (user: User, teams: Caller['teams'] = [], more: Partial<Caller> = {}): Caller => ({
  role: user.role,
  identity: 'session',
  keyId: `session/${user.id}`,
  user,
  teams,
  scopes: [],
  ...more,
})

/** The kinds of callers there are, by the key with which tests present them. */
export const callers = {
  user: of(person('user')),
  member: of(person('member'), [inTeam('red', 'member')]),
  owner: of(person('owner'), [inTeam('red', 'owner')]),
  otherOwner: of(person('other'), [inTeam('blue', 'owner')]),
  admin: of(person('admin', 'admin')),
  readKey: of(person('owner'), [inTeam('red', 'owner')], { identity: 'user_api_key', scopes: ['read'] }),
  serviceKey: { role: 'user', identity: 'service_api_key', keyId: 'key-0', teams: [], scopes: [] },
  adminKey: { role: 'admin', identity: 'service_api_key', keyId: 'key-1', teams: [], scopes: [] },
} as const satisfies Readonly<Record<string, Caller>>

export const authenticateCallers: Authenticate = async ({ apiKey }) => {
  if (apiKey === undefined) return anonymous
  const caller = Object.entries(callers).find(([name]) => name === apiKey)?.[1]
  if (caller === undefined) throw unauthorized('the API key is not known')
  return caller
}
