import type { Server } from './use-servers.ts'

/** Whether a search means a server: every word is found in its name, its namespace, what it is, or one of its tools. */
export const isServerMeant = (server: Server, search: string): boolean => {
  const text = [
    server.name,
    server.namespace,
    server.description ?? '',
    ...server.tools.flatMap(({ name, description = '' }) => [name, description]),
  ]
    .join('\n')
    .toLowerCase()
  return search
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word))
}
