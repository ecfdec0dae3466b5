import { ApiError } from '@mcp-sentinel/contract/client'
import { useQueryClient } from '@tanstack/vue-query'
import { onScopeDispose, ref } from 'vue'
import type { usePrincipal } from '../principal/use-principal.ts'
import { useSentinel } from '../sentinel/sentinel.ts'

type Principal = NonNullable<ReturnType<typeof usePrincipal>['principal']['value']>
type Credential = { readonly email: string; readonly password: string } | { readonly api_key: string }

/** Somebody whose session is over begins another one where they were; in this page, or in another of the same browser. */
export const useSignInAgain = (entered: (isSamePerson: boolean) => void) => {
  const { client } = useSentinel()
  const queries = useQueryClient()
  const before = queries.getQueryData<{ readonly principal: Principal }>(['auth', 'me'])?.principal
  const busy = ref(false)
  const fault = ref('')

  const enter = (now: Principal) => {
    const isSame = before === undefined || whoIs(before) === whoIs(now)
    // What was loaded for one person is not shown to another: then the page begins anew.
    if (isSame) void queries.invalidateQueries()
    entered(isSame)
  }
  const signIn = async (credential: Credential) => {
    if (busy.value) return
    busy.value = true
    fault.value = ''
    try {
      enter((await client.auth.startSession({ body: credential })).principal)
    } catch (error) {
      fault.value = said(error)
    } finally {
      busy.value = false
    }
  }
  const look = async () => {
    const me = document.hidden ? undefined : await client.auth.me().catch(() => undefined)
    if (me !== undefined) enter(me.principal)
  }
  window.addEventListener('focus', look)
  onScopeDispose(() => window.removeEventListener('focus', look))
  return { before, busy, fault, signIn }
}

const whoIs = ({ subject, email, role, auth_type }: Principal): string =>
  subject ?? email ?? `${auth_type} ${role}`

const said = (error: unknown): string => {
  if (!(error instanceof ApiError) || error.status === 0)
    return 'The API cannot be reached. Try again in a moment.'
  if (error.status === 429) return `Too many attempts. Try again in ${error.retryAfterS ?? 60} seconds.`
  return error.status === 401 ? 'This opens nothing here. Look at it once more.' : error.message
}
