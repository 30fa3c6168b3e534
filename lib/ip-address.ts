import { BlockList, isIP } from 'node:net'

/** An address as it is written everywhere here: one of IPv4 may come in the form of IPv6, and a link's name is of no use elsewhere. */
export function plainAddress(address: string): string {
  if (!address.includes(':')) return address
  const bare = address.replace(/%.*$/, '')
  return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(bare)?.[1] ?? bare
}

/** Addresses of some networks, each written as an address or as one with the length of a prefix (CIDR): `10.0.0.0/8`. */
export class AddressRanges {
  readonly #list = new BlockList()

  /** Throws a RangeError where one is none. */
  constructor(ranges: readonly string[]) {
    for (const range of ranges) {
      const parts = rangeParts(range)
      if (parts === undefined) throw new RangeError(`${range} is no range of addresses`)
      this.#list.addSubnet(parts.address, parts.prefix, parts.family)
    }
  }

  includes(address: string): boolean {
    const plain = plainAddress(address)
    const family = familyOf(plain)
    return family !== undefined && this.#list.check(plain, family)
  }
}

export const isAddressRange = (text: string): boolean => rangeParts(text) !== undefined

function rangeParts(text: string) {
  const [address = '', length, ...rest] = text.split('/')
  const family = familyOf(address)
  if (family === undefined || address.includes('%') || rest.length > 0) return undefined
  const longest = family === 'ipv4' ? 32 : 128
  if (length !== undefined && !/^\d{1,3}$/.test(length)) return undefined
  const prefix = length === undefined ? longest : Number(length)
  return prefix > longest ? undefined : { address, prefix, family }
}

function familyOf(address: string): 'ipv4' | 'ipv6' | undefined {
  const version = isIP(address)
  if (version === 0) return undefined
  return version === 4 ? 'ipv4' : 'ipv6'
}
