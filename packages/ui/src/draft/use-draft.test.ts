import { ApiError } from '@mcp-sentinel/contract/client'
import { expect, test } from 'vitest'
import { type DraftKind, useDraft } from './use-draft.ts'

interface Item {
  readonly name: string
  readonly trust: string
  readonly resourceVersion?: string
}
type Draft = Pick<Item, 'name' | 'trust'>

const conflict = new ApiError('is not in the state that was read', { status: 409, code: 'conflict' })
const gone = new ApiError('there is none', { status: 404, code: 'not_found' })

/** A store of one thing. */
const store = (start?: Item) => {
  const held = { item: start, bodies: [] as object[] }
  const kind: DraftKind<Draft, Item, Draft> = {
    what: 'grant',
    schema: {
      safeParse: (body) => ({
        error:
          (body as Draft).name === '' ? { issues: [{ path: ['name'], message: 'is empty' }] } : undefined,
      }),
    },
    draftOf: ({ name, trust }) => ({ name, trust }),
    bodyOf: (draft) => draft,
    isTaken: async () => held.item !== undefined,
    load: async () => {
      if (held.item === undefined) throw gone
      return held.item
    },
    save: async (body) => {
      held.bodies.push(body)
      if (body.resourceVersion !== undefined && body.resourceVersion !== held.item?.resourceVersion)
        throw conflict
      held.item = { name: body.name, trust: body.trust, resourceVersion: `${held.bodies.length + 1}` }
      return held.item
    },
  }
  return { held, kind }
}

test('what is new is made, and says of which state it is not', async () => {
  const { held, kind } = store()
  const { draft, save } = useDraft(kind, { draft: { name: '', trust: 'low' } })
  draft.value = { ...draft.value, name: 'ops' }
  expect(await save()).toMatchObject({ name: 'ops' })
  expect(held.bodies).toEqual([{ name: 'ops', trust: 'low' }])
})

test('what the schema refuses is not sent', async () => {
  const { held, kind } = store()
  const { issues, save } = useDraft(kind, { draft: { name: '', trust: 'low' } })
  expect(await save()).toBeUndefined()
  expect(issues.value).toEqual([{ pointer: '/name', message: 'is empty' }])
  expect(held.bodies).toEqual([])
})

test('a fault is told until what it is about is another', async () => {
  const { kind } = store()
  const issues = [{ pointer: '/trust', message: 'is too much' }]
  const refused = {
    ...kind,
    save: async () => {
      throw new ApiError('has faults', { status: 400, code: 'invalid_request_body', details: { issues } })
    },
  }
  const one = useDraft(refused, { draft: { name: 'ops', trust: 'high' } })
  await one.save()
  expect(one.issues.value).toEqual(issues)
  one.draft.value = { ...one.draft.value, name: '' }
  expect(one.issues.value.map(({ pointer }) => pointer)).toEqual(['/name', '/trust'])
  one.draft.value = { name: 'ops', trust: 'low' }
  expect(one.issues.value).toEqual([])
})

test('making something does not change what has its name', async () => {
  const { held, kind } = store({ name: 'ops', trust: 'high', resourceVersion: '1' })
  const { issues, save } = useDraft(kind, { draft: { name: 'ops', trust: 'low' } })
  await save()
  expect(issues.value[0]?.pointer).toBe('/name')
  expect(held.bodies).toEqual([])
})

test('a change that another came before is told, and goes on from there with what was typed', async () => {
  const item = { name: 'ops', trust: 'low', resourceVersion: '1' }
  const { held, kind } = store(item)
  const one = useDraft(kind, { item, draft: kind.draftOf(item) })
  one.draft.value = { ...one.draft.value, trust: 'high' }
  expect(one.isChanged.value).toBe(true)
  held.item = { name: 'ops', trust: 'medium', resourceVersion: '7' }
  expect(await one.save()).toBeUndefined()
  expect(one.isStale.value).toBe(true)
  await one.loadNewer()
  const changes = [{ key: 'trust', was: 'low', is: 'medium' }]
  expect([one.isStale.value, one.draft.value.trust, one.changes.value]).toEqual([false, 'high', changes])
  expect(await one.save()).toMatchObject({ trust: 'high' })
})

test('of what both changed, either may be had', async () => {
  const item = { name: 'ops', trust: 'low', resourceVersion: '1' }
  const { held, kind } = store(item)
  const one = useDraft(kind, { item, draft: { name: 'ops', trust: 'high' } })
  held.item = { name: 'ops', trust: 'medium', resourceVersion: '7' }
  await one.loadNewer()
  for (const change of one.changes.value) one.take(change)
  expect(await one.save()).toMatchObject({ trust: 'medium' })
})

test('what was deleted meanwhile is made anew only when saved again', async () => {
  const item = { name: 'ops', trust: 'low', resourceVersion: '1' }
  const { held, kind } = store(item)
  const one = useDraft(kind, { item, draft: { name: 'ops', trust: 'high' } })
  held.item = undefined
  await one.save()
  await one.loadNewer()
  expect(one.told.value).toContain('was deleted meanwhile')
  expect(one.draft.value).toEqual({ name: 'ops', trust: 'high' })
  expect(await one.save()).toMatchObject({ trust: 'high' })
})

test('a refusal stands beside what was typed', async () => {
  const { kind } = store()
  const refused = {
    ...kind,
    save: async () => {
      throw new ApiError('the store does not answer', { status: 503, code: 'resources_unavailable' })
    },
  }
  const { draft, fault, busy, save } = useDraft(refused, { draft: { name: 'ops', trust: 'low' } })
  await save()
  expect([fault.value, busy.value, draft.value.name]).toEqual(['the store does not answer', false, 'ops'])
})
