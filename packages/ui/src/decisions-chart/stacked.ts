export interface Bucket {
  /** Its beginning, epoch milliseconds. */
  readonly at: number
  readonly allowed: number
  readonly denied: number
}

export interface Frame {
  readonly width: number
  readonly height: number
  readonly fromMs: number
  /** The end of the last bucket. */
  readonly toMs: number
  /** Of a bucket. */
  readonly stepMs: number
  /** Of the whole scale. */
  readonly most: number
}

/** Every bucket of a window, those without a call too: a line that skips them would lie. */
export const filled = (
  buckets: readonly Bucket[],
  fromMs: number,
  toMs: number,
  stepMs: number,
): Bucket[] => {
  const known = new Map(buckets.map((bucket) => [bucket.at, bucket]))
  const first = Math.ceil(fromMs / stepMs) * stepMs
  const length = Math.max(0, Math.floor((toMs - first) / stepMs) + 1)
  return Array.from({ length }, (_, at) => {
    const start = first + at * stepMs
    return known.get(start) ?? { at: start, allowed: 0, denied: 0 }
  })
}

/** A number to end a scale at: 1, 2 or 5 with zeros, at least as much as is shown. */
export const niceMost = (most: number): number => {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, most)))
  return [1, 2, 5, 10].map((factor) => factor * power).find((nice) => nice >= most) ?? most
}

export const xOf = (at: number, { width, fromMs, toMs }: Frame): number =>
  toMs <= fromMs ? 0 : ((at - fromMs) / (toMs - fromMs)) * width

export const yOf = (count: number, { height, most }: Frame): number => height - (count / most) * height

/** How many lie below and within one of the areas. */
export interface Layer {
  readonly low: (bucket: Bucket) => number
  readonly high: (bucket: Bucket) => number
}

const gapOf = (frame: Frame): number => (xOf(frame.fromMs + frame.stepMs, frame) >= 6 ? 0.5 : 0)

/** Each bucket as wide as its time and as high as its count, one beside the other, as the path of an SVG. */
export const areaOf = (buckets: readonly Bucket[], frame: Frame, { low, high }: Layer): string => {
  const gap = gapOf(frame)
  return buckets
    .filter((bucket) => high(bucket) > low(bucket))
    .map((bucket) => {
      const left = (xOf(bucket.at, frame) + gap).toFixed(1)
      const right = (xOf(bucket.at + frame.stepMs, frame) - gap).toFixed(1)
      const [bottom, top] = [yOf(low(bucket), frame).toFixed(1), yOf(high(bucket), frame).toFixed(1)]
      return `M${left},${bottom}V${top}H${right}V${bottom}Z`
    })
    .join('')
}

const labelHeight = 16

/** In which bar the name of an area fits, so that nobody has to look it up; the roomiest such place. */
export const labelPlace = (
  buckets: readonly Bucket[],
  frame: Frame,
  { low, high }: Layer,
  labelWidth: number,
): { readonly x: number; readonly y: number } | undefined => {
  const stepWidth = xOf(frame.fromMs + frame.stepMs, frame)
  if (stepWidth < labelWidth) return undefined
  let best: { readonly room: number; readonly x: number; readonly y: number } | undefined
  for (const [at, bucket] of buckets.entries()) {
    const bottom = yOf(low(bucket), frame)
    const top = yOf(high(bucket), frame)
    const room = bottom - top
    if (room >= labelHeight && room > (best?.room ?? 0))
      best = { room, x: (at + 0.5) * stepWidth, y: (top + bottom) / 2 }
  }
  return best && { x: best.x, y: best.y }
}
