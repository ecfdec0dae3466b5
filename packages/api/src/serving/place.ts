import type { IncomingHttpHeaders } from 'node:http'
import { BlockList, isIP } from 'node:net'

/** Where a request comes from, and where it believes to be. */
export interface Place {
  readonly address: string | undefined
  /** With the port, if there is one. */
  readonly host: string | undefined
  readonly isHttps: boolean
}

interface Arrived {
  /** Of the other end of the connection. */
  readonly peer: string | undefined
  readonly headers: IncomingHttpHeaders
}

export type PlaceOf = (arrived: Arrived) => Place

/** Entries of a chain that are looked at: no honest chain is that long. */
const proxiesMax = 32

/**
 * What `X-Forwarded-*` say counts as far as the proxies that say it are trusted: from the connection on, each trusted one
 * names the one before it, and the first that is not trusted is the client. What a client wrote itself stands further left.
 * Throws `TypeError` for what is no network.
 */
export const createPlaceOf = (trustedProxies: readonly string[]): PlaceOf => {
  const trusted = new BlockList()
  for (const network of trustedProxies) addNetwork(trusted, network)
  const isTrusted = (address: string): boolean =>
    trusted.check(address, isIP(address) === 4 ? 'ipv4' : 'ipv6')

  const addressOf = (peer: string, forwardedFor: string | undefined): string => {
    let address = peer
    for (const entry of lastOf(forwardedFor)) {
      if (!isTrusted(address)) break
      const named = addressIn(entry)
      // A trusted proxy that names nobody: it is the last that is known.
      if (named === undefined) break
      address = named
    }
    return address
  }

  return ({ peer, headers }) => {
    const nearest = peer === undefined ? undefined : addressIn(peer)
    // Who says that it is https is believed: it only makes the cookie stricter.
    const isHttps = /(^|,)\s*https\s*$/i.test(textOf(headers['x-forwarded-proto']) ?? '')
    if (nearest === undefined || !isTrusted(nearest)) return { address: nearest, host: headers.host, isHttps }
    const [forwardedHost] = lastOf(textOf(headers['x-forwarded-host']))
    return {
      address: addressOf(nearest, textOf(headers['x-forwarded-for'])),
      host: forwardedHost || headers.host,
      isHttps,
    }
  }
}

const textOf = (header: string | string[] | undefined): string | undefined =>
  Array.isArray(header) ? header.join(',') : header

/** From the right. */
const lastOf = (list: string | undefined): readonly string[] =>
  (list ?? '')
    .split(',')
    .slice(-proxiesMax)
    .map((entry) => entry.trim())
    .reverse()

/** Without a port, a zone, and IPv6's way of writing IPv4; undefined for what is no address. */
const addressIn = (text: string): string | undefined => {
  const [, bracketed] = /^\[([^\]]+)\](?::\d+)?$/.exec(text) ?? []
  const bare = bracketed ?? text.replace(/^(\d+\.\d+\.\d+\.\d+):\d+$/, '$1')
  const plain = bare.replace(/%.*$/, '').replace(/^::ffff:(\d+\.\d+\.\d+\.\d+)$/i, '$1')
  return isIP(plain) === 0 ? undefined : plain
}

const addNetwork = (networks: BlockList, network: string): void => {
  const [given = '', bits, ...more] = network.split('/')
  const address = addressIn(given)
  const bitsMax = isIP(address ?? '') === 4 ? 32 : 128
  const prefix = bits === undefined ? bitsMax : /^\d{1,3}$/.test(bits) ? Number(bits) : -1
  if (address === undefined || more.length > 0 || prefix < 0 || prefix > bitsMax)
    throw new TypeError(`${JSON.stringify(network)} is no network: expected one like 10.0.0.0/8 or fd00::/8`)
  networks.addSubnet(address, prefix, bitsMax === 32 ? 'ipv4' : 'ipv6')
}
