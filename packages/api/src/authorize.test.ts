import { describe, expect, it } from 'vitest'
import { type Action, actions, authorize, memberships, ownerships, roles, rules } from './authorize.ts'

/**
 * Every cell, written out. A row is an action; its letters are, in this order:
 * anonymous | user: none, member, owner of the team; the thing is not theirs | the same, and it is theirs | admin: not theirs, theirs.
 */
const table: Readonly<Record<Action, string>> = {
  'catalogue.read': '+ +++ +++ ++',
  'account.enter': '+ +++ +++ ++',
  'account.read': '- --- +++ ++',
  'account.change': '- --- +++ ++',
  'user.create': '- --- --- ++',
  'user.list': '- --- --- ++',
  'user.change': '- --- --- ++',
  'user.delete': '- --- --- ++',
  'key.list': '- --- +++ -+',
  'key.create': '- --- +++ -+',
  'key.revoke': '- --- +++ ++',
  'team.create': '- --- --- ++',
  'team.list': '- +++ +++ ++',
  'team.read': '- -++ -++ ++',
  'team.members.read': '- -++ -++ ++',
  'team.members.change': '- --+ --+ ++',
  'namespace.read': '- -++ +++ ++',
  'analytics.read': '- -++ +++ ++',
  'analytics.read-all': '- --- --- ++',
  'server.read': '- -++ +++ ++',
  'server.publish': '- -++ -++ ++',
  'server.events.read': '- --+ +++ ++',
  'server.change': '- --+ +++ ++',
  'grant.read': '- --+ +++ ++',
  'grant.change': '- --+ +++ ++',
  'session.read': '- --+ +++ ++',
  'session.change': '- --+ +++ ++',
  'session.adapter': '- -++ +++ ++',
  'policy.read': '- --+ +++ ++',
  'registry.enter': '- +++ +++ ++',
  'registry.catalogue': '- --- --- ++',
  'registry.pull': '- -++ +++ ++',
  'registry.push': '- -++ -++ ++',
  'image.report': '- --- +++ ++',
  'deployment.read': '- -++ +++ ++',
  'deployment.apply': '- -++ -++ ++',
  'deployment.change': '- --+ +++ ++',
  'operations.read': '- --- --- ++',
  'operations.restart': '- --- --- ++',
  'audit.read': '- --- --- ++',
}

type Cell = Parameters<typeof authorize>[0]

const cells: readonly Cell[] = actions.flatMap((action) =>
  roles.flatMap((role) =>
    memberships.flatMap((membership) =>
      ownerships.map((ownership) => ({ action, role, membership, ownership })),
    ),
  ),
)

const expected = ({ action, role, membership, ownership }: Cell): boolean => {
  const [anonymous = '', others = '', own = '', admin = ''] = table[action].split(' ')
  if (role === 'anonymous') return anonymous === '+'
  if (role === 'admin') return admin[ownership === 'own' ? 1 : 0] === '+'
  return (ownership === 'own' ? own : others)[memberships.indexOf(membership)] === '+'
}

it('walks every cell', () => {
  expect(cells).toHaveLength(actions.length * roles.length * memberships.length * ownerships.length)
  expect(Object.keys(table)).toEqual(actions)
})

describe.each(actions)('%s', (action) => {
  it.each(cells.filter((cell) => cell.action === action))('$role, $membership, $ownership', (cell) => {
    const refusal = { allowed: false, code: cell.role === 'anonymous' ? 'unauthorized' : 'forbidden' }
    expect(authorize(cell)).toEqual(expected(cell) ? { allowed: true } : refusal)
  })
})

describe('a key that is narrowed', () => {
  const scopes = ['read', 'govern', 'publish', 'registry', 'pull', 'push']

  it('never may what its user may not, and else what its scope says and nothing more', () => {
    for (const cell of cells)
      for (const scope of [...scopes, 'everything', '']) {
        const plain = authorize(cell)
        const rule: { readonly who: readonly string[]; readonly scope?: string } = rules[cell.action]
        const narrowed = authorize({ ...cell, scopes: [scope] })
        if (!plain.allowed) expect(narrowed).toEqual(plain)
        else
          expect(narrowed).toEqual(
            rule.scope === scope ? { allowed: true } : { allowed: false, code: 'scope_missing' },
          )
      }
  })

  it('cannot widen itself: no scope reaches what makes keys or changes accounts, members or roles', () => {
    const changing: readonly Action[] = [
      'account.change',
      'user.create',
      'user.change',
      'user.delete',
      'key.create',
      'key.revoke',
      'team.create',
      'team.members.change',
      'operations.restart',
    ]
    for (const action of changing)
      expect(authorize({ action, role: 'admin', membership: 'owner', ownership: 'own', scopes })).toEqual({
        allowed: false,
        code: 'scope_missing',
      })
  })
})
