/**
 * A piece of memory beside the heap. From its beginning on there are rows, one behind the other, so that they can be sent
 * as one; from its end downwards what they
 * were made of and do not hold.
 */
export interface Slab {
  readonly bytes: Buffer
  readonly view: DataView
  /** Where the next row begins. */
  end: number
  /** Where the sources begin. */
  sources: number
  /** Rows in it that somebody still needs. */
  rows: number
}

/** Memory that is used again and again: what waits in it for a second costs the collector nothing. */
export interface Slabs {
  /** One with so much room between its rows and their sources. */
  readonly withRoom: (bytes: number) => Slab
  /** A row in it is needed no more. */
  readonly release: (slab: Slab) => void
}

/** Kept for what comes next; beyond that a burst gives back what it took. */
const keptMax = 32

export const createSlabs = (slabBytes: number): Slabs => {
  const free: Slab[] = []
  let current = createSlab(slabBytes)

  const recycle = (slab: Slab): void => {
    empty(slab)
    if (slab.bytes.length === slabBytes && free.length < keptMax) free.push(slab)
  }

  return {
    withRoom: (bytes) => {
      if (current.sources - current.end >= bytes) return current
      if (bytes > slabBytes) return createSlab(bytes)
      const full = current
      current = free.pop() ?? createSlab(slabBytes)
      if (full.rows === 0) recycle(full)
      return current
    },
    release: (slab) => {
      slab.rows--
      if (slab.rows > 0) return
      if (slab === current) empty(slab)
      else recycle(slab)
    },
  }
}

const createSlab = (size: number): Slab => {
  const bytes = Buffer.allocUnsafeSlow(size)
  return { bytes, view: new DataView(bytes.buffer), end: 0, sources: size, rows: 0 }
}

const empty = (slab: Slab): void => {
  slab.end = 0
  slab.sources = slab.bytes.length
}
