import type { z } from 'zod'
import type { Endpoint, RequestOf, ResponseOf } from './endpoint.ts'
import { type Endpoints, endpoints, type Groups } from './endpoints.ts'
import {
  type CallOptions,
  type ClientOptions,
  createSend,
  type Parts,
  parseJson,
  type Send,
  unreadable,
} from './sending.ts'
import { eventsIn } from './server-sent-events.ts'

export { ApiError } from './api-error.ts'
export type { CallOptions, ClientOptions } from './sending.ts'

/** One event of a stream: its name, its data, and where to go on from. */
export interface StreamedEvent<E extends Endpoint> {
  readonly name: keyof E['events'] & string
  readonly data: E['events'] extends Readonly<Record<string, infer T>>
    ? T extends z.ZodType
      ? z.output<T>
      : never
    : never
  readonly id: string | undefined
}

type Arguments<E extends Endpoint, O> =
  object extends RequestOf<E> ? [request?: RequestOf<E>, options?: O] : [request: RequestOf<E>, options?: O]

export interface StreamOptions extends CallOptions {
  /** Of the last event that was seen. */
  readonly lastEventId?: string | undefined
}

type CallOf<E extends Endpoint> =
  E['events'] extends Readonly<Record<string, z.ZodType>>
    ? (...given: Arguments<E, StreamOptions>) => AsyncIterable<StreamedEvent<E>>
    : (...given: Arguments<E, CallOptions>) => Promise<ResponseOf<E>>

export type Client = {
  readonly [Group in keyof Endpoints]: {
    readonly [Name in keyof Endpoints[Group]]: Endpoints[Group][Name] extends Endpoint
      ? CallOf<Endpoints[Group][Name]>
      : never
  }
}

/** A function for each endpoint, by its group and its name. */
export const createClient = (options: ClientOptions): Client => {
  const send = createSend(options)
  const callOf = (endpoint: Endpoint) =>
    endpoint.events === undefined
      ? (request?: Parts, given?: CallOptions) => ask(send, endpoint, request, given)
      : (request?: Parts, given?: StreamOptions) => follow(send, endpoint, request, given)
  const groups: Groups = endpoints
  return mapped(groups, (group) => mapped(group, callOf)) as unknown as Client
}

const mapped = <T, U>(record: Readonly<Record<string, T>>, map: (value: T) => U): Record<string, U> =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value)]))

const ask = async (
  send: Send,
  endpoint: Endpoint,
  request?: Parts,
  options?: CallOptions,
): Promise<unknown> => {
  const response = await send(endpoint, request, options)
  if (endpoint.response === undefined) return undefined
  const parsed = endpoint.response.safeParse(parseJson(await response.text()))
  if (parsed.success) return parsed.data
  throw unreadable(response, parsed.error)
}

async function* follow(
  send: Send,
  endpoint: Endpoint,
  request?: Parts,
  options?: StreamOptions,
): AsyncGenerator<StreamedEvent<Endpoint>> {
  const response = await send(endpoint, request, options, {
    accept: 'text/event-stream',
    ...(options?.lastEventId === undefined ? {} : { 'last-event-id': options.lastEventId }),
  })
  if (response.body === null) return
  for await (const { event, data, id } of eventsIn(response.body)) {
    const schema = endpoint.events?.[event]
    // An event of a newer API.
    if (schema === undefined) continue
    const parsed = schema.safeParse(parseJson(data))
    if (!parsed.success) throw unreadable(response, parsed.error)
    yield { name: event as never, data: parsed.data as never, id }
  }
}
