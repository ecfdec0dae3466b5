import type { IncomingHttpHeaders } from 'node:http'
import type { BodyOf, Endpoint, ParamsOf, QueryOf, ResponseOf } from '@mcp-sentinel/contract'
import type { Actor } from '../accounts/context.ts'
import type { Action, Question } from '../authorize.ts'
import type { Caller } from '../caller.ts'
import type { Place } from './place.ts'

/** One request, read and recognised. */
export interface Call<E extends Endpoint> {
  readonly params: ParamsOf<E>
  readonly query: QueryOf<E>
  readonly body: BodyOf<E>
  readonly caller: Caller
  readonly actor: Actor
  readonly method: string
  readonly headers: IncomingHttpHeaders
  /** Who presented what came with the request, as of now. Throws where it does not hold any more. */
  readonly reauthenticate: () => Promise<Caller>
  /** Where the client is, and believes to be, as the trusted proxies tell it. */
  readonly place: Place
  /** Aborts when the client goes away, or the API ends. */
  readonly signal: AbortSignal
  /** Of the answer. */
  readonly setHeader: (name: string, value: string) => void
}

/** What the caller is to the thing that is asked for. */
export type Standing = Pick<Question, 'membership' | 'ownership'>

export const own: Standing = { membership: 'none', ownership: 'own' }
export const nobodys: Standing = { membership: 'none', ownership: 'other' }

/** Of a stream: `name` is one of the endpoint's events. */
export interface Sent {
  readonly name: string
  readonly data: unknown
  readonly id?: string
}

type AnswerOf<E extends Endpoint> = E['events'] extends object ? AsyncIterable<Sent> : ResponseOf<E>

export interface Route<E extends Endpoint> {
  /** What is done, where it depends on what is asked for, too. */
  readonly action: Action | ((call: Call<E>) => Action)
  /** Takes a password of HTTP's Basic scheme too, and asks for one in this realm. */
  readonly basicRealm?: string
  /** To whom it belongs; left out, it is nobody's. Throws what a caller who may not even know of it is told. */
  readonly on?: (call: Call<E>) => Standing | Promise<Standing>
  readonly handle: (call: Call<E>) => AnswerOf<E> | Promise<AnswerOf<E>>
}

/** One for each endpoint of a group. */
export type Routes<G extends Readonly<Record<string, Endpoint>>> = {
  readonly [Name in keyof G]: Route<G[Name]>
}
