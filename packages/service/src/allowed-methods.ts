export interface AllowedMethods {
  readonly add: (pattern: string, methods: string | readonly string[]) => void
  /** The methods that some route serves at this path; none: nothing is served there. */
  readonly at: (path: string) => readonly string[]
}

/** Knows what Fastify's router does not tell: that a path is served, by another method. */
export const createAllowedMethods = (): AllowedMethods => {
  const routes = new Map<string, { readonly matches: RegExp; readonly methods: Set<string> }>()
  return {
    add: (pattern, methods) => {
      const route = routes.get(pattern) ?? { matches: expressionOf(pattern), methods: new Set() }
      for (const method of [methods].flat()) route.methods.add(method)
      routes.set(pattern, route)
    },
    at: (path) => {
      const found = [...routes.values()].filter(({ matches }) => matches.test(path))
      return [...new Set(found.flatMap(({ methods }) => [...methods]))].sort()
    },
  }
}

/** `/users/:id` and `/files/*`, as a router reads them. */
const expressionOf = (pattern: string): RegExp => {
  const parts = pattern.split('/').map((part) => {
    if (part.startsWith(':')) return '[^/]+'
    return part === '*' ? '.*' : part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  })
  return new RegExp(`^${parts.join('/')}$`)
}
