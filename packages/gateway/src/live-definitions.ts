import { type Definitions, definitionsOf, type PolicySource } from '@mcp-sentinel/gateway-middleware'

/** What the server announces of its tools, asked for again and again: it may change without a word. */
export interface LiveDefinitions extends Definitions {
  /** Something passed by that says that the list has changed. What was known is not believed until it is asked again. */
  readonly changed: () => void
  readonly close: () => void
}

export interface LiveDefinitionsOptions {
  readonly policy: PolicySource
  readonly list: () => Promise<readonly unknown[]>
  readonly intervalMs: number
  readonly report: (error: unknown) => void
}

const unknown: Definitions = { digestOf: () => undefined }

/** Asks only while the policy in force pins a definition; what is not known is refused by it. */
export const createLiveDefinitions = (options: LiveDefinitionsOptions): LiveDefinitions => {
  const { policy, list, intervalMs, report } = options
  let known = unknown
  let asking: Promise<void> | undefined
  let isDue = false

  const isPinned = (): boolean =>
    policy.current()?.document.tools?.some(({ definition_digest: digest }) => digest !== undefined) === true

  const ask = async (): Promise<void> => {
    try {
      const tools = await list()
      // It has changed meanwhile: what was heard is from before.
      if (!isDue) known = definitionsOf(tools)
    } catch (error) {
      known = unknown
      report(error)
    }
  }

  const refresh = (): void => {
    if (!isPinned()) return
    if (asking !== undefined) {
      isDue = true
      return
    }
    isDue = false
    asking = ask().finally(() => {
      asking = undefined
      if (isDue) refresh()
    })
  }

  const timer = setInterval(refresh, intervalMs).unref()
  const unlisten = policy.onChange(refresh)
  refresh()
  return {
    digestOf: (tool) => known.digestOf(tool),
    changed: () => {
      known = unknown
      refresh()
    },
    close: () => {
      clearInterval(timer)
      unlisten()
    },
  }
}
