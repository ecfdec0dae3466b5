/** What an application that uses the client is told about a call. */
export type Outcome =
  | { readonly kind: 'result'; readonly text: string; readonly isError: boolean }
  | { readonly kind: 'error'; readonly message: string }

interface CallOptions {
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: number) => void
}

/** A client that is connected. Asked by the server, it accepts and fills in whatever it is asked for. */
export interface Connection {
  list(): Promise<readonly string[]>
  call(tool: string, args: Readonly<Record<string, unknown>>, options?: CallOptions): Promise<Outcome>
  close(): Promise<void>
}

export type Probe = 'list' | 'allowed' | 'elicitation' | 'progress' | 'cancel' | 'denied'

export type Era = 'legacy' | 'modern'

/** A real client that people use, with the little code that makes it do what it is told. */
export interface Driver {
  readonly name: string
  /** What it speaks; of two, the modern one where the server does. */
  readonly eras: readonly Era[]
  /** What it was not made for, so that it is not asked. */
  readonly cannot?: Readonly<Partial<Record<Era, readonly Probe[]>>>
  connect(url: string, headers: Readonly<Record<string, string>>): Promise<Connection>
}

/** What a person might answer. */
export const filledIn = { username: 'ann', email: 'ann@example.com' }

export const resultOf = (result: unknown): Outcome => {
  const { content = [], isError = false } = result as {
    readonly content?: readonly { readonly text?: string }[]
    readonly isError?: boolean
  }
  return { kind: 'result', text: content.map(({ text }) => text ?? '').join('\n'), isError }
}
export const errorOf = (error: unknown): Outcome => ({
  kind: 'error',
  message: error instanceof Error ? error.message : String(error),
})
