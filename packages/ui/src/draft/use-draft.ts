import type { Issue } from '@mcp-sentinel/contract'
import { ApiError } from '@mcp-sentinel/contract/client'
import { computed, type Ref, ref, shallowRef } from 'vue'
import { issuesOf, issuesOfBody, valueAt } from './issues.ts'
import { type Change, rebase } from './rebase.ts'

/** How a draft of something becomes it. */
export interface DraftKind<D extends object, Item, Body extends object> {
  /** What it is called: "grant". */
  readonly what: string
  readonly schema: Parameters<typeof issuesOfBody>[0]
  readonly draftOf: (item: Item) => D
  readonly bodyOf: (draft: D) => Body
  /** Whether there is one of its name: to make something is not to change what is there. */
  readonly isTaken: (draft: D) => Promise<boolean>
  /** As it is now. */
  readonly load: (draft: D) => Promise<Item>
  readonly save: (body: Body & { readonly resourceVersion?: string }) => Promise<Item>
}

interface Start<D, Item> {
  /** Of something that is there. */
  readonly item?: Item | undefined
  readonly draft: D
}

/** What somebody is about to make or to change. Nothing that was typed is lost, whatever the API answers. */
export const useDraft = <
  D extends object,
  Item extends { resourceVersion?: string | undefined },
  B extends object,
>(
  kind: DraftKind<D, Item, B>,
  start: Start<D, Item>,
) => {
  const draft = ref({ ...start.draft }) as Ref<D>
  const before = shallowRef(start.item === undefined ? { ...start.draft } : kind.draftOf(start.item))
  const version = shallowRef(start.item?.resourceVersion)
  const isNew = ref(start.item === undefined)
  const busy = ref(false)
  const isTried = ref(false)
  /** What was found elsewhere than here, and in which body. */
  const found = shallowRef<{ readonly issues: readonly Issue[]; readonly body: B }>()
  /** Each until what it is about is another. */
  const issues = computed<readonly Issue[]>(() => {
    if (!isTried.value) return []
    const body = kind.bodyOf(draft.value)
    const isSame = ({ pointer }: Issue) =>
      JSON.stringify(valueAt(body, pointer)) === JSON.stringify(valueAt(found.value?.body, pointer))
    return [...issuesOfBody(kind.schema, body), ...(found.value?.issues.filter(isSame) ?? [])]
  })
  const fault = ref('')
  const isStale = ref(false)
  /** What came in with a newer state, in a sentence. */
  const told = ref('')
  const changes = shallowRef<readonly Change<D>[]>([])

  const attempt = async <T>(run: () => Promise<T>): Promise<T | undefined> => {
    busy.value = true
    fault.value = ''
    try {
      return await run()
    } catch (error) {
      const told = issuesOf(error)
      found.value = { issues: told, body: kind.bodyOf(draft.value) }
      isStale.value = isConflict(error)
      if (!isStale.value && told.length === 0) fault.value = keptMessageOf(error)
      return undefined
    } finally {
      busy.value = false
    }
  }

  const loaded = async (): Promise<Item | undefined> => {
    try {
      return await kind.load(draft.value)
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) return undefined
      throw error
    }
  }

  /** What was saved; undefined where it was not, and why then stands beside it. */
  const save = async (): Promise<Item | undefined> => {
    const body = kind.bodyOf(draft.value)
    isTried.value = true
    found.value = undefined
    if (issues.value.length > 0) return undefined
    return attempt(async () => {
      if (isNew.value && (await kind.isTaken(draft.value))) {
        const message = `is that of a ${kind.what} which is there already`
        found.value = { issues: [{ pointer: '/name', message }], body }
        return undefined
      }
      const resourceVersion = isNew.value ? undefined : version.value
      return kind.save({ ...body, ...(resourceVersion === undefined ? {} : { resourceVersion }) })
    })
  }

  /** Goes on from the state that somebody else made meanwhile. */
  const loadNewer = () =>
    attempt(async () => {
      const item = await loaded()
      isStale.value = false
      isNew.value = item === undefined
      version.value = item?.resourceVersion
      if (item === undefined) {
        told.value = `This ${kind.what} was deleted meanwhile. Saving makes it anew.`
        return
      }
      const newer = kind.draftOf(item)
      const rebased = rebase(before.value, draft.value, newer)
      before.value = newer
      draft.value = rebased.draft
      changes.value = rebased.changes
      told.value = 'The newer state is loaded, with what you typed in it. Nothing is saved yet.'
    })

  const take = ({ key, is }: Change<D>) => {
    draft.value = { ...draft.value, [key]: is }
  }

  return {
    draft,
    isNew,
    busy,
    issues,
    fault,
    isStale,
    told,
    changes,
    take,
    isChanged: computed(() => JSON.stringify(draft.value) !== JSON.stringify(before.value)),
    save,
    loadNewer,
  }
}

const isConflict = (error: unknown): boolean =>
  error instanceof ApiError && (error.code === 'conflict' || error.status === 412)

/** Why something was not done. */
export const messageOf = (error: unknown): string => {
  if (!(error instanceof ApiError)) return 'Something went wrong in this page.'
  if (error.status === 0) return 'The API cannot be reached.'
  if (error.status === 401) return 'You are signed out: sign in again, and then once more.'
  if (error.code === 'too_many_requests')
    return `Too much was asked for at once. Try again in ${error.retryAfterS ?? 60} seconds.`
  return error.message
}

/** Why what was typed was not taken. */
export const keptMessageOf = (error: unknown): string => {
  const mayPass = error instanceof ApiError && [0, 401, 429].includes(error.status)
  return `${messageOf(error)}${mayPass ? ' What you typed is still here.' : ''}`
}
