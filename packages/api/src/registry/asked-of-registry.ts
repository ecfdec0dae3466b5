/** What a container client wants of a registry. */
export type RegistryRequest =
  /** Whether it is there, and whether the credential is good. */
  | { readonly kind: 'enter' }
  /** The names of all repositories. */
  | { readonly kind: 'catalogue' }
  | { readonly kind: 'repositories'; readonly touched: readonly TouchedRepository[] }

interface TouchedRepository {
  readonly name: string
  readonly way: 'pull' | 'push'
}

/** OCI distribution: parts of small letters and digits, with single separators, and slashes between the parts. */
const part = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*'
const repository = `${part}(?:/${part})*`
const namePattern = new RegExp(`^${repository}$`)
const nameCharsMax = 255

const digest = '[a-z0-9]+(?:[.+_-][a-z0-9]+)*:[a-zA-Z0-9=_-]{1,256}'
const tag = '[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}'
const upload = '[a-zA-Z0-9._=-]{1,256}'

const things: readonly { readonly pattern: RegExp; readonly isUpload?: true }[] = [
  { pattern: new RegExp(`^/v2/(${repository})/tags/list$`) },
  { pattern: new RegExp(`^/v2/(${repository})/manifests/(?:${tag}|${digest})$`) },
  { pattern: new RegExp(`^/v2/(${repository})/referrers/${digest}$`) },
  { pattern: new RegExp(`^/v2/(${repository})/blobs/${digest}$`) },
  { pattern: new RegExp(`^/v2/(${repository})/blobs/uploads/?$`), isUpload: true },
  { pattern: new RegExp(`^/v2/(${repository})/blobs/uploads/${upload}$`), isUpload: true },
]

const uriCharsMax = 8192

/**
 * Reads what a proxy was asked for a registry behind it. Undefined for whatever is not written as the specification
 * has it: two who read such a thing may read two things. A method that is not told counts as one that changes something.
 */
export const askedOfRegistry = (uri: string, method: string | undefined): RegistryRequest | undefined => {
  if (uri.length > uriCharsMax) return undefined
  const [path = '', query = '', ...more] = uri.replace(/^https?:\/\/[^/?#]*/i, '').split('?')
  if (more.length > 0 || uri.includes('#')) return undefined
  if (path === '/v2' || path === '/v2/') return { kind: 'enter' }
  if (path === '/v2/_catalog') return { kind: 'catalogue' }
  const found = things.flatMap(({ pattern, isUpload }) => {
    const name = pattern.exec(path)?.[1]
    return name === undefined || name.length > nameCharsMax ? [] : [{ name, isUpload: isUpload === true }]
  })
  const [first] = found
  if (first === undefined) return undefined
  const isReading = (method === 'GET' || method === 'HEAD') && !found.some(({ isUpload }) => isUpload)
  const sources = mountedFrom(query)
  if (sources === undefined) return undefined
  return {
    kind: 'repositories',
    touched: [
      ...new Map(
        found.map(({ name }) => [name, { name, way: isReading ? ('pull' as const) : ('push' as const) }]),
      ).values(),
      ...sources.map((name) => ({ name, way: 'pull' as const })),
    ],
  }
}

/** Repositories that a blob is taken over from. One that is not named could be any. */
const mountedFrom = (query: string): readonly string[] | undefined => {
  const parameters = new URLSearchParams(query)
  const sources = parameters.getAll('from')
  if (parameters.has('mount') && sources.length === 0) return undefined
  return sources.every((name) => name.length <= nameCharsMax && namePattern.test(name)) ? sources : undefined
}
