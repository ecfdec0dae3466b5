import { z } from 'zod'
import { type ApiCode, apiCodes, commonCodes } from './codes.ts'
import type { Endpoint } from './endpoint.ts'
import { endpoints, type Groups } from './endpoints.ts'
import { problem } from './problem.ts'

type Json = Readonly<Record<string, unknown>>

/** The description of the whole API, as OpenAPI 3.1. */
export const openapi = (options: { readonly version: string }): Json => {
  const groups: Groups = endpoints
  const all = Object.entries(groups).flatMap(([group, members]) =>
    Object.entries(members).map(([name, endpoint]) => ({ group, id: `${group}.${name}`, endpoint })),
  )
  const paths: Record<string, Record<string, Json>> = {}
  for (const { group, id, endpoint } of all) {
    const path = `/api${endpoint.path}`
    paths[path] = { ...paths[path], [endpoint.method.toLowerCase()]: operationOf(group, id, endpoint) }
  }
  return {
    openapi: '3.1.0',
    info: { title: 'mcp-sentinel', version: options.version },
    tags: Object.keys(groups).map((name) => ({ name })),
    paths,
    components: {
      schemas: { Problem: schemaOf(problem, 'output') },
      securitySchemes: {
        apiKey: { type: 'apiKey', in: 'header', name: 'x-api-key' },
        bearer: { type: 'http', scheme: 'bearer' },
      },
    },
  }
}

const operationOf = (group: string, id: string, endpoint: Endpoint): Json => {
  const { summary, access, params, query, body, deprecated } = endpoint
  return {
    operationId: id,
    tags: [group],
    summary: deprecated === undefined ? summary : `${summary} Older spelling of ${deprecated}.`,
    ...(deprecated === undefined ? {} : { deprecated: true }),
    security: access === 'open' ? [{}, ...credentials] : credentials,
    parameters: [...parametersOf('path', params), ...parametersOf('query', query)],
    ...(body === undefined
      ? {}
      : {
          requestBody: {
            required: true,
            content: { 'application/json': { schema: schemaOf(body, 'input') } },
          },
        }),
    responses: { ...successOf(endpoint), ...refusalsOf(endpoint) },
  }
}

const credentials = [{ apiKey: [] }, { bearer: [] }]

const parametersOf = (place: 'path' | 'query', schema: z.ZodObject | undefined): readonly Json[] =>
  Object.entries(schema?.shape ?? {}).map(([name, value]) => ({
    name,
    in: place,
    required: place === 'path' || !(value as z.ZodType).safeParse(undefined).success,
    schema: schemaOf(value as z.ZodType, 'input'),
  }))

const successOf = ({ status = 200, response, events }: Endpoint): Json => {
  if (events !== undefined)
    return { 200: { description: 'Events until either side ends it.', content: { 'text/event-stream': {} } } }
  if (response === undefined) return { [status]: { description: 'Done.' } }
  return {
    [status]: {
      description: 'Done.',
      content: { 'application/json': { schema: schemaOf(response, 'output') } },
    },
  }
}

const refusalsOf = (endpoint: Endpoint): Json => {
  const byStatus = Map.groupBy(codesOf(endpoint), (code) => apiCodes[code])
  return Object.fromEntries(
    [...byStatus].map(([status, list]) => [
      status,
      {
        description: list.join(', '),
        content: { 'application/json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    ]),
  )
}

/** Every code that an endpoint may answer. */
export const codesOf = ({ method, params, body, errors = [] }: Endpoint): readonly ApiCode[] => [
  ...new Set([
    ...commonCodes,
    ...(params === undefined ? [] : (['invalid_path_param'] as const)),
    ...(body === undefined && method === 'GET' ? [] : bodyCodes),
    ...errors,
  ]),
]

/** Also where none is wanted: it is read before that is known. */
const bodyCodes = [
  'invalid_json',
  'invalid_request_body',
  'too_large',
  'unsupported_media_type',
] as const satisfies readonly ApiCode[]

const schemaOf = (schema: z.ZodType, io: 'input' | 'output'): Json => {
  const { $schema: _, ...json } = z.toJSONSchema(schema, { io, unrepresentable: 'any' })
  return json
}
