/** Where in a file some of its offsets are: few enough to be kept, so near each other that finding one is quick. */
export interface OffsetIndex {
  /** The place that is known of this offset, or the nearest known before it. */
  readonly before: (offset: number) => Place
  /** Offers a place; kept when it is far enough from the last one, or the newest. */
  readonly add: (offset: number, position: number) => void
}

interface Place {
  readonly offset: number
  readonly position: number
}

const distanceBytesMin = 64 * 1024

export const createOffsetIndex = (firstOffset: number, firstPosition: number): OffsetIndex => {
  const places: Place[] = [{ offset: firstOffset, position: firstPosition }]
  /** Where reading was last: who reads on starts just there. */
  let lately: Place = places[0] as Place
  let furthest = firstPosition

  return {
    before: (offset) => {
      let low = 0
      let high = places.length
      while (high - low > 1) {
        const middle = (low + high) >> 1
        if ((places[middle] as Place).offset <= offset) low = middle
        else high = middle
      }
      const place = places[low] as Place
      return lately.offset <= offset && lately.offset > place.offset ? lately : place
    },
    add: (offset, position) => {
      lately = { offset, position }
      if (position < furthest + distanceBytesMin) return
      places.push(lately)
      furthest = position
    },
  }
}
