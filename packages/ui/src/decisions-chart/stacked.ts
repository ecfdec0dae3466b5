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
  readonly toMs: number
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

/** The area between two heights of each bucket, as the path of an SVG. */
export const areaOf = (
  buckets: readonly Bucket[],
  frame: Frame,
  low: (bucket: Bucket) => number,
  high: (bucket: Bucket) => number,
): string => {
  if (buckets.length === 0) return ''
  const point = (bucket: Bucket, count: number) =>
    `${xOf(bucket.at, frame).toFixed(1)},${yOf(count, frame).toFixed(1)}`
  const there = buckets.map((bucket) => point(bucket, high(bucket)))
  const back = buckets.toReversed().map((bucket) => point(bucket, low(bucket)))
  return `M${there.join('L')}L${back.join('L')}Z`
}
