/** Where the id of a trace stands in an address. */
const place = '{traceId}'

/** Where a trace is looked at; undefined where nobody said, or what they said is no address that a browser may go to. */
export const traceLink = (template: string | undefined, traceId: string | undefined): string | undefined => {
  if (!template?.includes(place) || !traceId) return undefined
  // A producer wrote the id: it stays one part of the address, whatever is in it.
  const link = URL.parse(template.replaceAll(place, encodeURIComponent(traceId.toWellFormed())))
  const without = URL.parse(template.replaceAll(place, ''))
  const isSafe = link !== null && /^https?:$/.test(link.protocol) && link.origin === without?.origin
  return isSafe ? link.href : undefined
}
