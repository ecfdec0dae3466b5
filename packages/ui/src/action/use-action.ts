import { computed, ref, shallowRef } from 'vue'
import { messageOf } from '../draft/use-draft.ts'

/** Something that is asked about before it is done. */
export interface Action {
  /** As a question: "Revoke session sess-1?" */
  readonly title: string
  /** What it does, and whether it can be undone. */
  readonly text: string
  /** On the button: a verb and what it is done to. */
  readonly verb: string
  readonly kind?: 'danger' | 'primary'
  readonly run: () => Promise<unknown>
}

/** One action at a time, asked about, under way, done or refused. */
export const useAction = () => {
  const action = shallowRef<Action>()
  const busy = ref(false)
  const fault = ref('')
  const ask = (wanted: Action) => {
    fault.value = ''
    action.value = wanted
  }
  const cancel = () => {
    if (!busy.value) action.value = undefined
  }
  const confirm = async () => {
    const wanted = action.value
    if (wanted === undefined || busy.value) return
    busy.value = true
    fault.value = ''
    try {
      await wanted.run()
      action.value = undefined
    } catch (error) {
      fault.value = messageOf(error)
    } finally {
      busy.value = false
    }
  }
  return { asked: computed(() => action.value), busy, fault, ask, cancel, confirm }
}
