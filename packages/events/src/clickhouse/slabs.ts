/** A piece of memory beside the heap that rows are written into, one behind the other. */
export interface Slab {
  readonly bytes: Buffer
  readonly view: DataView
  /** Where the next row begins. */
  end: number
  /** Rows in it that somebody still needs. */
  rows: number
}

/** Memory that is used again and again: what waits in it for a second costs the collector nothing. */
export interface Slabs {
  /** One with so much room behind its end. */
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
    slab.end = 0
    if (slab.bytes.length === slabBytes && free.length < keptMax) free.push(slab)
  }

  return {
    withRoom: (bytes) => {
      if (current.bytes.length - current.end >= bytes) return current
      if (bytes > slabBytes) return createSlab(bytes)
      const full = current
      current = free.pop() ?? createSlab(slabBytes)
      if (full.rows === 0) recycle(full)
      return current
    },
    release: (slab) => {
      slab.rows--
      if (slab.rows > 0) return
      if (slab === current) slab.end = 0
      else recycle(slab)
    },
  }
}

const createSlab = (size: number): Slab => {
  const bytes = Buffer.allocUnsafeSlow(size)
  return { bytes, view: new DataView(bytes.buffer), end: 0, rows: 0 }
}
