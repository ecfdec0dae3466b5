import { ApiError } from '@mcp-sentinel/contract/client'

const triesMax = 3

/** What was refused will be refused again; what could not be reached, or was not ready, may be by then. */
export const isWorthAnotherTry = (failures: number, error: unknown): boolean =>
  failures < triesMax && error instanceof ApiError && (error.status === 0 || error.status >= 500)
