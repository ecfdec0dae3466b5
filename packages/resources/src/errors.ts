/** Why a store refused. Public: codes are added, never changed. */
export const resourceErrorCodes = [
  /** Somebody else changed the object since it was read, or made one of that name: read it again. */
  'conflict',
  'not_found',
  /** It is no resource, or what it names is no name; the message tells every fault. */
  'invalid',
  /** What is there cannot be read as the resource it should be, and is left alone. */
  'unreadable',
  /** The store could not be read or written. */
  'storage',
  /** The folder has a writer already. */
  'locked',
] as const

export type ResourceErrorCode = (typeof resourceErrorCodes)[number]

export class ResourceError extends Error {
  override readonly name = 'ResourceError'
  readonly code: ResourceErrorCode
  /** Whether the same request may pass later, as it is. */
  readonly retryable: boolean

  constructor(
    code: ResourceErrorCode,
    message: string,
    options: { readonly cause?: unknown; readonly retryable?: boolean } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.retryable = options.retryable ?? false
  }
}
