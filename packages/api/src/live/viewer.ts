import type { FilterColumn, LogEnds } from '@mcp-sentinel/events/clickhouse'
import type { ToldEvent } from '../told-event.ts'
import type { Seeing } from './seeing.ts'

export type LiveFilter = Partial<Readonly<Record<FilterColumn, string | undefined>>>

export interface Viewer {
  /** The same for all that one person watches. */
  readonly who: string
  readonly seeing: Seeing
  /** What the viewer may see by now; `unauthorized` when what was presented does not hold any more. */
  readonly recheck: () => Promise<Seeing | 'unauthorized'>
  readonly filter: LiveFilter
  /** The newest so many events come first. */
  readonly backfill: number
  /** In the place of those: all that came since, as far as it is not too much. */
  readonly since: LogEnds | undefined
  readonly signal: AbortSignal
}

/** What a viewer is told. Where there is an `id`, it says up to where: it is the `since` of who comes back. */
export type Told =
  | { readonly name: 'event'; readonly data: ToldEvent; readonly id?: string }
  /** The viewer was too slow, or away for too long. */
  | { readonly name: 'dropped'; readonly data: { readonly count: number } }
  /** What follows happens now. */
  | { readonly name: 'live'; readonly data: { readonly backfilled: number }; readonly id: string }
  /** Nothing follows. */
  | { readonly name: 'ended'; readonly data: { readonly reason: 'unauthorized' | 'unavailable' } }
