/** Sessions that are remembered. The one that was seen longest ago is forgotten first. */
const sessionsMax = 100_000

/**
 * When each session was last seen here. One that this gateway has not seen counts as seen when the gateway began, so a
 * session that was silent since before that is over in time, and a restart forgives at most one span of idleness.
 */
export const createSessionsSeen = (startedAt: number) => {
  const seen = new Map<string, number>()
  return {
    seenAt: (session: string): number => seen.get(session) ?? startedAt,
    see: (session: string, now: number): void => {
      // Deleted first, so that the order of the map is the order of last sight.
      seen.delete(session)
      seen.set(session, now)
      if (seen.size <= sessionsMax) return
      for (const oldest of seen.keys()) {
        seen.delete(oldest)
        break
      }
    },
  }
}
