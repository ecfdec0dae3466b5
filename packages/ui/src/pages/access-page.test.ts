// @vitest-environment happy-dom
import { flushPromises, mount, type VueWrapper } from '@vue/test-utils'
import { afterEach, expect, test, vi } from 'vitest'
import { defineComponent, h } from 'vue'
import { createMemoryHistory, createRouter } from 'vue-router'
import SentinelRoot from '../sentinel/SentinelRoot.vue'
import AccessPage from './AccessPage.vue'

let page: VueWrapper | undefined
afterEach(() => {
  page?.unmount()
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
  document.body.replaceChildren()
})

const inForce = { value: true, reason: 'Rendered', message: 'in force' }
const grant = {
  name: 'ops',
  namespace: 'red',
  serverRef: { name: 'payments', namespace: 'red' },
  subject: { agentID: 'ops-agent' },
  age: '3d',
  conditions: [],
  inForce,
  resourceVersion: '1',
  maxTrust: 'low',
  allowedSideEffects: ['read'],
  disabled: false,
  toolRules: [{ name: 'list', decision: 'allow' }],
  resourceRules: [],
  promptRules: [],
}
const session = {
  name: 'sess-1',
  namespace: 'red',
  serverRef: grant.serverRef,
  subject: { humanID: 'ada@example.org', agentID: 'ops-agent' },
  age: '3h',
  conditions: [],
  inForce,
  consentedTrust: 'medium',
  revoked: false,
}
const principal = { role: 'admin', allowedNamespaces: [], teams: [], auth_type: 'session', scopes: [] }
const problem = (status: number, error: string, message: string, issues?: readonly object[]) =>
  Response.json({ error, message, request_id: '1', ...(issues && { details: { issues } }) }, { status })

interface Asked {
  readonly what: string
  readonly body: Readonly<Record<string, unknown>>
}

/** Answers what a test gives, and otherwise as an API with one grant and one session. */
const start = async (address: string, answers: Readonly<Record<string, (asked: Asked) => Response>> = {}) => {
  const asked: Asked[] = []
  const usual: Readonly<Record<string, object>> = {
    'GET /auth/me': { authenticated: true, sharedCatalogNamespace: 'mcp-servers', principal },
    'GET /runtime/grants': { grants: [grant], unreadable: [] },
    'GET /runtime/sessions': { sessions: [session], unreadable: [] },
  }
  vi.stubGlobal('fetch', async (url: string, { method, body }: { method: string; body?: string }) => {
    const what = `${method} ${url.replace('/api', '').replace(/\?.*/, '')}`
    const one = { what, body: body === undefined ? {} : JSON.parse(body) }
    if (method !== 'GET') asked.push(one)
    const answer = answers[what]?.(one)
    if (answer !== undefined) return answer
    return usual[what] === undefined ? problem(404, 'not_found', 'there is none') : Response.json(usual[what])
  })
  // Rows are drawn where there is room for them.
  vi.spyOn(HTMLElement.prototype, 'clientHeight', 'get').mockReturnValue(600)
  const router = createRouter({
    history: createMemoryHistory(),
    routes: [{ path: '/access', name: 'access', component: AccessPage }],
  })
  await router.push(address)
  page = mount(
    defineComponent(() => () => h(SentinelRoot, { options: { apiBase: '/api' } }, () => h(AccessPage))),
    { attachTo: document.body, global: { plugins: [router] } },
  )
  await flushPromises()
  return { asked, router, page }
}
const press = async (says: string, within: ParentNode = document) => {
  const found = [...within.querySelectorAll('button')].find(
    (one) => one.textContent?.trim() === says || one.getAttribute('aria-label') === says,
  )
  if (found === undefined) throw new Error(`there is no button ${says}`)
  found.click()
  await flushPromises()
}
const submit = async () => {
  document.querySelector('form')?.dispatchEvent(new Event('submit', { cancelable: true }))
  await flushPromises()
}
const fieldOf = (label: string): HTMLInputElement => {
  const found = [...document.querySelectorAll('label')].find((one) => one.textContent?.trim() === label)
  return document.getElementById(found?.htmlFor ?? '') as HTMLInputElement
}
const type = async (label: string, text: string) => {
  const field = fieldOf(label)
  field.value = text
  field.dispatchEvent(new Event('input'))
  await flushPromises()
}
const text = () => document.body.textContent?.replace(/\s+/g, ' ') ?? ''

test('a team is told by its name, in lists and in what is opened of them', async () => {
  const teamID = '6189d25d-b616-4147-aadc-56dc1a0df93a'
  const ofTeam = { ...grant, subject: { ...grant.subject, teamID } }
  await start('/access?grant=red/ops', {
    'GET /runtime/grants': () => Response.json({ grants: [ofTeam], unreadable: [] }),
    'GET /runtime/grants/red/ops': () => Response.json({ grant: ofTeam }),
    'GET /runtime/teams': () =>
      Response.json({
        teams: [
          { id: teamID, slug: 'red', name: 'Red', namespace: 'red', created_at: '2026-06-01T00:00:00Z' },
        ],
      }),
  })
  await vi.waitFor(() => expect(text()).toContain('ops-agent · team red'))
  expect(document.querySelector('[role=dialog]')?.textContent).toContain('red')
  expect(text()).not.toContain(teamID)
})

test('a new grant says what it lacks before it is sent, and where the API finds fault', async () => {
  const { asked, router } = await start('/access?edit-grant=new', {
    'POST /runtime/grants': ({ body }) =>
      body['name'] === 'readers'
        ? Response.json({ grant: { ...grant, name: 'readers' } })
        : problem(400, 'invalid_request_body', 'has faults', [
            { pointer: '/name', message: 'is taken elsewhere' },
            { pointer: '/somewhere', message: 'is not known' },
          ]),
  })
  expect(document.activeElement).toBe(fieldOf('Name'))
  await submit()
  expect(text()).toContain('speaks of nobody')
  expect(asked).toEqual([])

  await type('Name', 'ops-2')
  await type('Server', 'red/payments')
  await type('Agent', 'ops-agent')
  await submit()
  expect(fieldOf('Name').getAttribute('aria-invalid')).toBe('true')
  expect(text()).toContain('is taken elsewhere')
  expect(text()).toContain('/somewhere is not known')
  expect(fieldOf('Agent').value).toBe('ops-agent')

  await type('Name', 'readers')
  await submit()
  expect(asked.at(-1)?.body).toMatchObject({
    name: 'readers',
    namespace: 'red',
    serverRef: { name: 'payments' },
    subject: { agentID: 'ops-agent' },
    allowedSideEffects: ['read'],
  })
  expect(router.currentRoute.value.query).toEqual({ grant: 'red/readers' })
})

test('an edit that another came before is told, and saved on the newer state with what was typed', async () => {
  const newer = { ...grant, resourceVersion: '2', maxTrust: 'high' }
  const { asked } = await start('/access?edit-grant=red/ops', {
    'GET /runtime/grants/red/ops': () => Response.json({ grant: newer }),
    'POST /runtime/grants': ({ body }) =>
      body['resourceVersion'] === '2'
        ? Response.json({ grant: newer })
        : problem(409, 'conflict', 'is not in the state that was read'),
  })
  await type('Human', 'ada@example.org')
  await submit()
  expect(text()).toContain('Somebody else changed this')
  await press('Load the newer state')
  expect(fieldOf('Human').value).toBe('ada@example.org')
  await submit()
  expect(asked.at(-1)?.body).toMatchObject({
    subject: { humanID: 'ada@example.org', agentID: 'ops-agent' },
    maxTrust: 'high',
    resourceVersion: '2',
  })
})

test('an address leads to a form that is filled, and saves nothing by itself', async () => {
  const draft = JSON.stringify({ maxTrust: 'high', toolRules: [{ name: 'refund', decision: 'allow' }] })
  const { asked } = await start(`/access?edit-grant=red/ops&draft=${encodeURIComponent(draft)}`)
  expect(document.querySelector<HTMLInputElement>('[aria-label="Name of rule 1"]')?.value).toBe('refund')
  expect(document.querySelector<HTMLInputElement>('[type=radio]:checked')?.value).toBe('high')
  expect(asked).toEqual([])
})

test('what was typed is not thrown away without a question', async () => {
  const { router } = await start('/access?edit-grant=red/ops')
  await type('Human', 'ada@example.org')
  await press('Cancel')
  expect(text()).toContain('Discard what you typed?')
  await press('Cancel', document.querySelector('[role=alertdialog]') ?? document)
  expect(fieldOf('Human').value).toBe('ada@example.org')
  await press('Cancel')
  await press('Discard')
  expect(router.currentRoute.value.query).toEqual({})
})

test('a grant is disabled after it is said what that does', async () => {
  const { asked } = await start('/access?grant=red/ops', {
    'PATCH /runtime/grants/red/ops': () =>
      Response.json({ success: true, namespace: 'red', name: 'ops', disabled: true, grant }),
  })
  await press('Disable grant')
  expect(text()).toContain('From the next call on, ops-agent loses what it gives on payments')
  expect(asked).toEqual([])
  await press('Disable grant', document.querySelector('[role=alertdialog]') ?? document)
  expect(asked).toEqual([{ what: 'PATCH /runtime/grants/red/ops', body: { disabled: true } }])
  expect(document.querySelector('[role=alertdialog]')).toBeNull()
})

test('a refusal stays in the question that it answers', async () => {
  await start('/access?view=sessions&session=red/sess-1', {
    'PATCH /runtime/sessions/red/sess-1': () => problem(403, 'forbidden', 'only who administers the server'),
  })
  await press('Revoke session')
  await press('Revoke session', document.querySelector('[role=alertdialog]') ?? document)
  expect(document.querySelector('[role=alertdialog]')?.textContent).toContain('only who administers')
})

test('who may not edit a session is shown it by the address that would edit it', async () => {
  const user = { ...principal, role: 'user' }
  const { router } = await start('/access?view=sessions&edit-session=red/sess-1&draft={}', {
    'GET /auth/me': () =>
      Response.json({ authenticated: true, sharedCatalogNamespace: 'mcp-servers', principal: user }),
  })
  expect(text()).toContain('Revoke session')
  expect(text()).not.toContain('Save session')
  await press('Close')
  expect(router.currentRoute.value.query).toEqual({ view: 'sessions' })
})

test.each([
  ['', ['ops']],
  ['?grants=ops-agent', ['ops']],
  ['?grants=nobody', []],
])('the table with %s shows %o', async (query, names) => {
  const { page } = await start(`/access${query}`)
  expect(page.findAll('.row .name').map((one) => one.text())).toEqual(names)
  if (names.length === 0) expect(page.text()).toContain('None of 1 has “nobody”')
})

test('who may not see grants is told so', async () => {
  const { page } = await start('/access', { 'GET /runtime/grants': () => problem(403, 'forbidden', 'no') })
  expect(page.text()).toContain('You may not see the grants')
})
