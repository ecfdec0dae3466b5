import { ApiError } from '@mcp-sentinel/contract/client'

const triesMax = 1

/** At once: a stumble is not told. What goes on failing is told, and asked for again every few seconds. */
export const isWorthAnotherTry = (failures: number, error: unknown): boolean =>
  failures < triesMax && error instanceof ApiError && (error.status === 0 || error.status >= 500)
