import type { Governed } from './model.ts'

/**
 * What a JSON-RPC method is to a policy: a governed family, `plumbing` that a connection cannot live without and that
 * touches nothing of the server's, or `unknown`.
 */
export type MethodKind = Governed | 'plumbing' | 'unknown'

const kinds: ReadonlyMap<string, Governed> = new Map<string, Governed>([
  ['call_tool', 'tools'],
  ['resources/read', 'resources'],
  ['prompts/get', 'prompts'],
  ['completion/complete', 'completion'],
  ['resources/subscribe', 'subscriptions'],
  ['resources/unsubscribe', 'subscriptions'],
  ['subscriptions/listen', 'subscriptions'],
])

const plumbing =
  /^(initialize|ping|server\/discover|logging\/setLevel|(tools|prompts|resources(\/templates)?)\/list|notifications\/.*)$/s

export const kindOf = (method: string): MethodKind => {
  if (method === 'tools/call') return 'tools'
  if (method.startsWith('tasks/')) return 'tasks'
  return kinds.get(method) ?? (plumbing.test(method) ? 'plumbing' : 'unknown')
}
