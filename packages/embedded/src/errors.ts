/** Why an embedded engine is not there. Public: codes are added, never changed. */
export const embeddedErrorCodes = [
  /** The optional package that holds the engine is not installed. */
  'engine_missing',
  /** It is installed, and this machine cannot load it. */
  'engine_unloadable',
  /** Another process owns the data directory. */
  'data_directory_locked',
  /** The data directory cannot be made, read or written. */
  'data_directory_unusable',
  'port_in_use',
  /** The engine ended, or said nothing in time, before it was ready; the message tells what it said last. */
  'engine_not_started',
  /** It was closed, and asked again. */
  'engine_closed',
] as const

export type EmbeddedErrorCode = (typeof embeddedErrorCodes)[number]

export class EmbeddedError extends Error {
  override readonly name = 'EmbeddedError'
  readonly code: EmbeddedErrorCode

  constructor(code: EmbeddedErrorCode, message: string, options: { readonly cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
  }
}
