import type { Session } from './session.ts'

/**
 * A session whose statements begin with a comment: by it they are found among those that run, since the engine gives
 * them ids that nobody is told. Its errors speak of the statement as it was written.
 */
export const createMarkedSession = (session: Session, mark: string): Session => {
  const prefix = `${mark} `
  return {
    run: (statement, format) =>
      session.run(prefix + statement, format).catch((error) => {
        throw withoutMark(error, prefix)
      }),
    async *stream(statement, format) {
      try {
        yield* session.stream(prefix + statement, format)
      } catch (error) {
        throw withoutMark(error, prefix)
      }
    },
    close: session.close,
  }
}

const withoutMark = (error: unknown, prefix: string): Error => {
  const message = (error as Error).message
    .replaceAll(prefix, '')
    .replace(/(?<=failed at position )\d+/, (position) => String(Number(position) - prefix.length))
  return new Error(message, { cause: error })
}
