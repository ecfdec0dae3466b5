// @vitest-environment happy-dom
import { flushPromises, mount } from '@vue/test-utils'
import { afterEach, expect, test, vi } from 'vitest'
import { defineComponent, h } from 'vue'
import { createMemoryHistory, createRouter } from 'vue-router'
import SentinelRoot from '../sentinel/SentinelRoot.vue'
import TeamPage from './TeamPage.vue'

afterEach(() => {
  vi.unstubAllGlobals()
  document.body.replaceChildren()
})

const namespace = 'mcp-team-red'
const team = { id: 't1', slug: 'red', name: 'Red', namespace, created_at: '2026-01-01T00:00:00Z' }
const ada = { userID: 'u1', email: 'ada@example.org', role: 'owner' }
const grace = { userID: 'u2', email: 'grace@example.org', role: 'member' }

const start = async (role: 'admin' | 'user', standing?: 'owner' | 'member') => {
  const asked: { readonly what: string; readonly body: unknown }[] = []
  const answers: Readonly<Record<string, object>> = {
    'GET /auth/me': {
      authenticated: true,
      sharedCatalogNamespace: 'mcp-servers',
      principal: { role, subject: 'u1', allowedNamespaces: [], teams: [], auth_type: 'session', scopes: [] },
    },
    'GET /runtime/teams/red': { team: { ...team, ...(standing && { role: standing }) } },
    'GET /runtime/teams/red/members': { members: [ada, grace] },
    'GET /admin/namespaces': {
      namespaces: [{ namespace, is_shared: false, exists: false }],
      unavailable: [],
    },
    'GET /users': {
      users: [{ id: 'u3', email: 'linus@example.org', role: 'user', created_at: '2026-01-01T00:00:00Z' }],
    },
    'POST /runtime/teams/red/namespace': { team, provisioned: true },
    'POST /runtime/teams/red/members': {
      membership: { userID: 'u3', email: 'linus@example.org', role: 'owner' },
    },
    'PUT /runtime/teams/red/members/u2': { membership: { ...grace, role: 'owner' } },
    'DELETE /runtime/teams/red/members/u2': { success: true, team: 'red', userID: 'u2' },
  }
  vi.stubGlobal('fetch', async (url: string, { method, body }: { method: string; body?: string }) => {
    const what = `${method} ${url.replace('/api', '').replace(/\?.*/, '')}`
    if (method !== 'GET') asked.push({ what, body: body === undefined ? undefined : JSON.parse(body) })
    return Response.json(answers[what] ?? { error: 'not_found', message: 'there is none', request_id: '1' }, {
      status: answers[what] === undefined ? 404 : 200,
    })
  })
  const router = createRouter({
    history: createMemoryHistory(),
    routes: [{ path: '/', component: { render: () => null } }],
  })
  const page = mount(
    defineComponent(
      () => () => h(SentinelRoot, { options: { apiBase: '/api' } }, () => h(TeamPage, { slug: 'red' })),
    ),
    { attachTo: document.body, global: { plugins: [router] } },
  )
  await flushPromises()
  return { page, asked }
}
const press = async (says: string, within: ParentNode = document) => {
  const found = [...within.querySelectorAll('button')].find(
    (one) => one.textContent?.trim() === says || one.getAttribute('aria-label') === says,
  )
  if (found === undefined) throw new Error(`there is no button ${says}`)
  found.click()
  await flushPromises()
}
const dialog = () => document.querySelector('[role=alertdialog], [role=dialog]') ?? document

test('a member sees who is in the team, and changes nothing', async () => {
  const { page } = await start('user', 'member')
  expect(page.text()).toContain('grace@example.org')
  expect(page.findAll('button').filter((one) => /add|make|remove/i.test(one.text()))).toEqual([])
  page.unmount()
})

test('an owner gives a role and takes a member out, after being told what that does', async () => {
  const { page, asked } = await start('user', 'owner')
  await press('Make owner: grace@example.org')
  expect(dialog().textContent).toContain('can then govern all servers of the team')
  await press('Make owner', dialog())
  await press('Remove grace@example.org')
  expect(dialog().textContent).toContain('Remove grace@example.org from Red?')
  await press('Remove member', dialog())
  expect(asked).toEqual([
    { what: 'PUT /runtime/teams/red/members/u2', body: { role: 'owner' } },
    { what: 'DELETE /runtime/teams/red/members/u2', body: undefined },
  ])
  page.unmount()
})

test('an admin is told of a namespace that is missing, and provisions it', async () => {
  const { page, asked } = await start('admin')
  expect(page.text()).toContain('The namespace mcp-team-red is missing')
  await press('Provision namespace')
  await press('Provision namespace', dialog())
  expect(asked.map(({ what }) => what)).toEqual(['POST /runtime/teams/red/namespace'])
  page.unmount()
})

test('an admin adds somebody by their address; one that nobody has is told, and stays there', async () => {
  const { page, asked } = await start('admin')
  await press('Add member')
  const who = dialog().querySelector<HTMLInputElement>('input')
  if (!who) throw new Error('there is no field')
  const send = async (typed: string) => {
    who.value = typed
    who.dispatchEvent(new Event('input'))
    dialog()
      .querySelector('form')
      ?.dispatchEvent(new Event('submit', { cancelable: true }))
    await flushPromises()
  }
  await send('nobody@example.org')
  expect(dialog().textContent).toContain('Nobody here has this address')
  expect([who.value, asked]).toEqual(['nobody@example.org', []])
  await send('Linus@example.org')
  expect(asked).toEqual([{ what: 'POST /runtime/teams/red/members', body: { userID: 'u3', role: 'member' } }])
  page.unmount()
})
