import { writeSync } from 'node:fs'

/** A line on the output of a child that may be killed next, whole when this returns. Insists while nobody reads it. */
export const sayLine = (text: string): void => {
  const line = Buffer.from(`${text}\n`)
  for (let done = 0; done < line.length; ) {
    try {
      done += writeSync(1, line, done)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error
    }
  }
}
