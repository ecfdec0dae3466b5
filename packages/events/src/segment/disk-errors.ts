import { EventError } from '../errors.ts'

/** Space and handles come back; a broken disk does not. */
const passing = ['ENOSPC', 'EDQUOT', 'EMFILE', 'ENFILE', 'EAGAIN', 'EINTR']

/** Nothing of a write stayed, and the next one may be taken. */
export const refusal = (cause: unknown): EventError => {
  const code = (cause as NodeJS.ErrnoException).code ?? 'unknown error'
  return new EventError('segment_write_failed', `The segment file took nothing: ${code}`, {
    cause,
    retryable: passing.includes(code),
  })
}

/** The disk has no room, or this account has none. */
export const isDiskFull = ({ code, cause }: EventError): boolean => {
  const disk = (cause as NodeJS.ErrnoException | undefined)?.code
  return code === 'segment_write_failed' && (disk === 'ENOSPC' || disk === 'EDQUOT')
}

/** Nobody knows any more what is on the disk. */
export const failure = (why: string, cause: unknown): EventError =>
  new EventError('segment_failed', `The segment writer is closed for good: ${why}`, { cause })

export const unavailableUnless = async <T>(attempt: () => Promise<T>, directory: string): Promise<T> => {
  try {
    return await attempt()
  } catch (cause) {
    if (cause instanceof EventError) throw cause
    const { code } = cause as NodeJS.ErrnoException
    throw new EventError('segment_unavailable', `${directory} cannot be opened: ${code ?? cause}`, { cause })
  }
}
