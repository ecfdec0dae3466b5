import type { z } from 'zod'
import type { ApiCode } from './codes.ts'

/** Who may call it at all; what somebody may do with it beyond that, the API decides by what is asked for. */
export type Access =
  | 'open'
  /** With any credential that holds. */
  | 'signed-in'
  /** With one that belongs to a person. */
  | 'person'
  | 'admin'

export interface Endpoint {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Below `/api`, with `{name}` for each parameter. */
  readonly path: string
  readonly summary: string
  readonly access: Access
  readonly params?: z.ZodObject
  /** One that is not named here is refused. Values are written as JSON would, text without quotes. */
  readonly query?: z.ZodObject
  readonly body?: z.ZodType
  readonly bodyBytesMax?: number
  readonly status?: 200 | 201 | 202 | 204
  /** Of the answer; undefined where there is none, as with 204. */
  readonly response?: z.ZodType
  /** Instead of one answer, events until either side has enough: the data of each, by its name. */
  readonly events?: Readonly<Record<string, z.ZodType>>
  /** What else it answers, besides what any endpoint may. */
  readonly errors?: readonly ApiCode[]
  /** Which one to use instead. */
  readonly deprecated?: string
}

/** Keeps the type of what it is given. */
export const endpoint = <const E extends Endpoint>(it: E): E => it

type OutputOf<T> = T extends z.ZodType ? z.output<T> : undefined
/** What may be left out is what has a default; what is given is given as it is meant. */
type Given<T> = T extends z.ZodType ? Unchanged<z.input<T>> : undefined
/** Nothing that is given is written to. */
type Unchanged<T> = T extends readonly (infer U)[]
  ? readonly Unchanged<U>[]
  : T extends object
    ? { readonly [K in keyof T]: Unchanged<T[K]> }
    : T

export type ParamsOf<E extends Endpoint> = OutputOf<E['params']>
export type QueryOf<E extends Endpoint> = OutputOf<E['query']>
export type BodyOf<E extends Endpoint> = OutputOf<E['body']>
export type ResponseOf<E extends Endpoint> = OutputOf<E['response']>

/** What a client gives: only the parts that the endpoint has, and no part when none of it is needed. */
export type RequestOf<E extends Endpoint> = Part<'params', Given<E['params']>> &
  Part<'query', Given<E['query']>> &
  Part<'body', Given<E['body']>>

type Part<Name extends string, T> = [T] extends [undefined]
  ? unknown
  : object extends T
    ? { readonly [K in Name]?: T }
    : { readonly [K in Name]: T }

/** Names of the parameters in a path. */
export const paramNamesOf = (path: string): readonly string[] =>
  [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? '')
