import type { Issue } from '@mcp-sentinel/contract'
import { computed, ref, shallowRef } from 'vue'
import { faultAt, issuesOf, issuesOfBody, unplaced } from '../draft/issues.ts'
import { keptMessageOf } from '../draft/use-draft.ts'

type Schema = Parameters<typeof issuesOfBody>[0]

/** What is filled in once and sent. What was typed stays as it is, whatever the API answers. */
export const useSubmission = (
  schema: Schema,
  /** Where fields show what is wrong with them; the rest is told below all. */
  placed: readonly string[],
) => {
  const busy = ref(false)
  const issues = shallowRef<readonly Issue[]>([])
  const refused = ref('')
  const fault = computed(() =>
    [refused.value, ...unplaced(issues.value, placed).map(({ pointer, message }) => `${pointer} ${message}`)]
      .join(' ')
      .trim(),
  )

  /** What was answered; undefined where it was refused, and why then stands beside it. */
  const submit = async <Body, T extends object>(
    body: Body,
    send: (body: Body) => Promise<T>,
  ): Promise<T | undefined> => {
    if (busy.value) return undefined
    refused.value = ''
    issues.value = issuesOfBody(schema, body)
    if (issues.value.length > 0) return undefined
    busy.value = true
    try {
      return await send(body)
    } catch (error) {
      issues.value = issuesOf(error)
      if (issues.value.length === 0) refused.value = keptMessageOf(error)
      return undefined
    } finally {
      busy.value = false
    }
  }
  const at = (pointer: string) => faultAt(issues.value, pointer)
  return { busy, fault, at, submit }
}
