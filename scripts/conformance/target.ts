import type { Guards } from '@mcp-sentinel/fixture-servers/v2'

/** What the suite is run through: something before the server at `url`, or in the server itself. */
export interface Target {
  readonly name: string
  start?(url: string): Promise<{ readonly url: string; close(): Promise<void> }>
  readonly guards?: Guards
  /** Checks that must come out otherwise than they do directly; none, for anything that is worth having. */
  readonly mustDiffer?: readonly string[]
}
