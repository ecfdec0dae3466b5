/** What a binding knows of a request before anything is decided. */
export interface Exchange {
  /** The HTTP method in upper case, or `STDIO` where there is no HTTP. */
  readonly method: string
  /** Without the query. */
  readonly path: string
  /** Without the question mark. A token in it is refused: queries end up in logs. */
  readonly query?: string | undefined
  /** By lower-case name. Values of one that came more than once are joined by `, `, so that none of them hides. */
  readonly header: (name: string) => string | undefined
  readonly body: Body
  /** Address of the connection's other end, where there is one. */
  readonly peer?: string | undefined
  /** What a framework or an SDK has authenticated before us. */
  readonly auth?: unknown
}

/**
 * `bytes` are judged as they are and must be handed on as they are; a `value` was parsed by somebody else, and only that
 * value may be handed on.
 */
export type Body =
  | { readonly kind: 'none' }
  | { readonly kind: 'bytes'; readonly bytes: Buffer }
  | { readonly kind: 'value'; readonly value: unknown; readonly bytesLength: number }

export const bytesIn = (body: Body): number =>
  body.kind === 'none' ? 0 : body.kind === 'bytes' ? body.bytes.length : body.bytesLength

/** What a binding writes in place of the server's answer. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}
