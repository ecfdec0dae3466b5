/** A time as a number that JSON holds exactly. */
export const asMs = (expression: string): string => `toFloat64(toUnixTimestamp64Milli(${expression}))`

/** RFC 3339 in UTC, as every answer tells a time. */
export const rfc3339 = (ms: number): string => new Date(ms).toISOString()
