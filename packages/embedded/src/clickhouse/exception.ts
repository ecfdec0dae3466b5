/** The exceptions that this interface raises itself, by the engine's own codes; the engine raises the others. */
const types = {
  48: 'NOT_IMPLEMENTED',
  62: 'SYNTAX_ERROR',
  89: 'UNKNOWN_COMPRESSION_METHOD',
  115: 'UNKNOWN_SETTING',
  164: 'READONLY',
  202: 'TOO_MANY_SIMULTANEOUS_QUERIES',
  229: 'QUERY_IS_TOO_LARGE',
  354: 'ZLIB_INFLATE_FAILED',
  394: 'QUERY_WAS_CANCELLED',
  497: 'ACCESS_DENIED',
  516: 'AUTHENTICATION_FAILED',
} as const

/** An error in the engine's own words: those are all that is told of an error, here and by the engine. */
export const exception = (code: keyof typeof types, message: string): Error =>
  new Error(`Code: ${code}. DB::Exception: ${message} (${types[code]})`)

export interface Described {
  /** Undefined for what the engine did not say: a fault of this process. */
  readonly code: number | undefined
  readonly httpStatus: number
  /** As a server writes it: one line that clients take apart. */
  readonly text: string
}

export const describe = (error: unknown, version: string): Described => {
  const message = error instanceof Error ? error.message : String(error)
  const [, digits] = /^Code: (\d+)\. /.exec(message) ?? []
  const code = digits === undefined ? undefined : Number(digits)
  const text = code === undefined ? `Code: 1001. DB::Exception: ${message}. (STD_EXCEPTION)` : message
  return { code, httpStatus: httpStatusOf(code), text: `${text} (version ${version})` }
}

/** A server's table (src/Server/HTTP/exceptionCodeToHTTPStatus.cpp) for the codes that can come from here. */
const httpStatuses: readonly (readonly [number, readonly number[]])[] = [
  [400, [6, 26, 27, 38, 41, 43, 53, 62, 69, 70, 72, 117, 130, 131, 441]],
  [403, [192, 193, 497, 516]],
  [404, [16, 46, 47, 50, 56, 60, 78, 81, 115]],
  [408, [159]],
  [413, [229]],
  [501, [48]],
  [503, [76, 202, 210]],
]

const httpStatusOf = (code: number | undefined): number =>
  httpStatuses.find(([, codes]) => code !== undefined && codes.includes(code))?.[0] ?? 500
