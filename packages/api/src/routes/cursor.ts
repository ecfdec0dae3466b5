import { faulty } from '../problems.ts'

/** Where a page ends; opaque to clients. */
export const encodeNumbers = (numbers: readonly (number | string)[]): string =>
  Buffer.from(numbers.join('.')).toString('base64url')

/** As many as the shape has groups. Throws what a client is told whose cursor has another shape. */
export const decodeNumbers = (cursor: string, shape: RegExp): readonly string[] => {
  const [whole, ...numbers] = shape.exec(Buffer.from(cursor, 'base64url').toString('latin1')) ?? []
  if (whole === undefined)
    throw faulty('invalid_query_param', [{ pointer: 'cursor', message: 'is none that was given out here' }])
  return numbers
}
