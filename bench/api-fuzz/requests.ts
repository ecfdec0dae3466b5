import type { Random } from '../../packages/policy/src/law-tests/random-pairs.ts'
import { type Meant, madeOf, type Schema } from './values.ts'

interface Operation {
  readonly method: string
  readonly path: string
  readonly parameters: readonly {
    readonly name: string
    readonly in: 'path' | 'query'
    readonly required: boolean
    readonly schema: Schema
  }[]
  readonly body: Schema | undefined
}

export interface FuzzedRequest {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly payload: string | undefined
}

type Description = Readonly<Record<string, unknown>>

export const operationsOf = (description: Description): readonly Operation[] =>
  Object.entries(description['paths'] as Record<string, Record<string, unknown>>).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, described]) => {
      const { parameters, requestBody } = described as {
        readonly parameters: Operation['parameters']
        readonly requestBody?: {
          readonly content: { readonly 'application/json': { readonly schema: Schema } }
        }
      }
      const body = requestBody?.content['application/json'].schema
      return { method: method.toUpperCase(), path, parameters, body }
    }),
  )

/** A request for one of the operations, made of what its description says, and now and then not. */
export const requestFor = (
  { method, path, parameters, body }: Operation,
  random: Random,
  meant: Meant,
): FuzzedRequest => {
  const here = meantAt(path, meant)
  const made = (name: string, schema: Schema) => madeOf(schema, { random, meant: here, name, depth: 0 })
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const schema = parameters.find((one) => one.name === name)?.schema ?? {}
    const value = String(made(name, schema))
    return encoded(value === '' || value === '.' || value === '..' ? 'x' : value)
  })
  const query = parameters
    .filter((one) => one.in === 'query' && random.chance(one.required ? 0.98 : 0.2))
    .map(({ name, schema }) => `${name}=${encoded(String(made(name, schema)))}`)
  if (random.chance(0.03)) query.push(`${random.pick(['limit', 'x', '__proto__', 'cursor'])}=1`)
  const asked = random.chance(0.01) ? random.pick(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']) : method
  const payload = body === undefined || asked === 'GET' ? undefined : payloadOf(made('', body), random)
  return {
    method: asked,
    url: `${random.chance(0.1) ? filled.replace('/api', '/api/v1') : filled}${query.length === 0 ? '' : `?${query.join('&')}`}`,
    headers: {
      ...(payload === undefined ? {} : { 'content-type': contentType(random) }),
      ...(path.includes('/registry/')
        ? { 'x-forwarded-uri': random.pick(meant['x-forwarded-uri'] ?? ['/']) }
        : {}),
    },
    payload,
  }
}

/** What is called by its name or its id is found by the path that it is below. */
const meantAt = (path: string, meant: Meant): Meant => {
  const names = Object.entries(meant).find(([prefix]) => prefix.startsWith('/') && path.includes(prefix))?.[1]
  return names === undefined
    ? meant
    : { ...meant, name: names, ...(path.includes('/users/') ? { id: names } : {}) }
}

const contentType = (random: Random): string =>
  random.chance(0.98)
    ? 'application/json'
    : random.pick(['text/plain', 'application/xml', 'application/json; x'])

const payloadOf = (value: unknown, random: Random): string => {
  const text = JSON.stringify(value)
  if (random.chance(0.97)) return text
  return random.pick(['', '{', 'null', text.slice(0, -1), `${text}${text}`, `"${'x'.repeat(100_000)}"`, '\0'])
}

/** Half of a surrogate pair cannot stand in an address. */
const encoded = (value: string): string => encodeURIComponent(value.toWellFormed())
