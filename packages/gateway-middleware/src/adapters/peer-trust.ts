import { BlockList, isIP } from 'node:net'

/** `anyone`, or whose connections come from these networks. */
export type PeerTrust = 'anyone' | { readonly cidrs: readonly string[] }

/** Whether what a peer says of its callers counts. */
export type IsTrusted = (peer: string | undefined) => boolean

/** Without a word on it: this machine, and whoever calls without a connection, in process or by stdio. */
export const createPeerTrust = (trust: PeerTrust | undefined): IsTrusted => {
  if (trust === 'anyone') return () => true
  const networks = new BlockList()
  for (const cidr of trust?.cidrs ?? ['127.0.0.0/8', '::1']) addNetwork(networks, cidr)
  let last: { readonly peer: string; readonly isIn: boolean } | undefined
  return (peer) => {
    if (peer === undefined) return trust === undefined
    if (last?.peer !== peer) last = { peer, isIn: isIn(networks, peer) }
    return last.isIn
  }
}

const isIn = (networks: BlockList, peer: string): boolean => {
  const address = plain(peer)
  const version = isIP(address)
  return version !== 0 && networks.check(address, version === 4 ? 'ipv4' : 'ipv6')
}

/** Without the zone, and an IPv4 address that an IPv6 socket shows (`::ffff:10.0.0.1`) as the one that it is. */
const plain = (address: string): string => {
  const withoutZone = address.replace(/%.*$/, '')
  return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(withoutZone)?.[1] ?? withoutZone
}

const addNetwork = (networks: BlockList, cidr: string): void => {
  const [given = '', bits] = cidr.trim().split('/', 2)
  const address = plain(given)
  const version = isIP(address)
  const isMapped = address !== given
  const bitsMax = isMapped || version === 6 ? 128 : 32
  const prefix = bits === undefined ? bitsMax : /^\d{1,3}$/.test(bits) ? Number(bits) : -1
  const shortest = isMapped ? 96 : 0
  if (version === 0 || given.includes('%') || prefix < shortest || prefix > bitsMax)
    throw new TypeError(`${JSON.stringify(cidr)} is no network: expected one like 10.0.0.0/8 or fd00::/8`)
  networks.addSubnet(address, isMapped ? prefix - 96 : prefix, version === 4 ? 'ipv4' : 'ipv6')
}
