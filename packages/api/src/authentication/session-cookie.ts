/** `__Host-`: a browser takes it by https alone, for this host alone, and from nobody beside it. */
const secureName = '__Host-mcp_session'
/** Of this machine, where there is no https. */
const plainName = 'mcp_session'

interface Place {
  readonly host: string | undefined
  readonly isHttps: boolean
}

const loopback = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i

const isPlain = ({ host, isHttps }: Place): boolean => !isHttps && loopback.test(host ?? '')

export const sessionTokenIn = (cookies: string | undefined, host: string | undefined): string | undefined =>
  valueIn(cookies, secureName) ?? (loopback.test(host ?? '') ? valueIn(cookies, plainName) : undefined)

const valueIn = (cookies: string | undefined, name: string): string | undefined => {
  for (const cookie of cookies?.split(';') ?? []) {
    const [given, value] = cookie.trim().split('=', 2)
    if (given === name && value) return value
  }
  return undefined
}

/** `Set-Cookie` of a session: no script reads it, no other site makes a browser send it. */
export const sessionCookie = (token: string, maxAgeS: number, place: Place): string => {
  const attributes = `Path=/; HttpOnly; SameSite=Strict; Max-Age=${Math.max(0, Math.floor(maxAgeS))}`
  return isPlain(place)
    ? `${plainName}=${token}; ${attributes}`
    : `${secureName}=${token}; ${attributes}; Secure`
}
