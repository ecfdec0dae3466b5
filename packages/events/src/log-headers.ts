/** What ingest writes beside an event in the log: said by whoever took it in, not by its producer. */
export const logHeaders = {
  /** RFC 3339 with milliseconds. */
  receivedAt: 'received_at',
  /** Who handed it in. */
  keyId: 'key_id',
  /** `true` where the event's own timestamp could not be used. */
  timestampReplaced: 'timestamp_replaced',
  /** The id of an event that its producer gave none. */
  eventId: 'event_id',
} as const

/** How far before its receipt an event may have happened. */
export const timestampAgeMsMax = 7 * 24 * 3_600_000
/** How far ahead of ours a producer's clock may be. */
export const timestampLeadMsMax = 5 * 60_000

export interface EventTime {
  readonly ms: number
  /** The producer's was not to be had or not to be believed, and its receipt stands in. */
  readonly replaced: boolean
}

/** When an event happened, for ordering and counting; what its producer wrote stays in the event. */
export const eventTime = (timestamp: string, receivedAtMs: number): EventTime => {
  const ms = Date.parse(timestamp)
  const isLikely = ms >= receivedAtMs - timestampAgeMsMax && ms <= receivedAtMs + timestampLeadMsMax
  return isLikely ? { ms, replaced: false } : { ms: receivedAtMs, replaced: true }
}
