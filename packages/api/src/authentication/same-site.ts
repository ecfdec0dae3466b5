interface Asked {
  readonly method: string
  readonly origin: string | undefined
  readonly fetchSite: string | undefined
  readonly host: string | undefined
}

const reading = new Set(['GET', 'HEAD', 'OPTIONS'])

/** Whether a browser asks from a page of ours, where something is to change: any other page could have it send its cookie. */
export const isFromOurPage = (asked: Asked, publicOrigins: readonly string[]): boolean => {
  const { method, origin, fetchSite, host } = asked
  if (reading.has(method)) return true
  if (origin === undefined) return fetchSite === 'same-origin'
  return publicOrigins.includes(origin) || (host !== undefined && hostOf(origin) === host.toLowerCase())
}

const hostOf = (origin: string): string | undefined => URL.parse(origin)?.host
