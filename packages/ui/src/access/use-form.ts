import { computed } from 'vue'
import { useRoute, useRouter } from 'vue-router'

/** Which form is open, and what it begins with: both in the address, so that a link leads to a form that is filled. */
export const useForm = (what: 'grant' | 'session') => {
  const route = useRoute()
  const router = useRouter()
  const textOf = (name: string) => {
    const value = [route.query[name]].flat()[0]
    return typeof value === 'string' ? value : ''
  }
  /** `new`, the id of what is edited, or empty. */
  const form = computed(() => textOf(`edit-${what}`))
  const draft = computed(() => textOf('draft'))
  const go = (form: string, more: Readonly<Record<string, string | undefined>> = {}) => {
    const { draft: _, [`edit-${what}`]: __, ...rest } = route.query
    return router.replace({
      query: { ...rest, ...(form === '' ? {} : { [`edit-${what}`]: form }), ...more },
    })
  }
  return {
    form,
    draft,
    begin: (form: string) => go(form),
    end: (more: Readonly<Record<string, string | undefined>> = {}) => go('', more),
  }
}
